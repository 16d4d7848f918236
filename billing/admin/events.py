"""What Stripe told us of, and what became of it: to read. Kept for thirty days."""

from __future__ import annotations

import djstripe.admin  # noqa: F401 (first, so that it does not register again over what stands here)
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from djstripe.models import WebhookEventTrigger

from accounts.staff_lists import ReadOnlyAdmin

admin.site.unregister(WebhookEventTrigger)


@admin.register(WebhookEventTrigger)
class WebhookEventTriggerAdmin(ReadOnlyAdmin):
    """Found by the customer's id (cus_…), or the event's."""

    list_display = ["created", "what", "customer", "valid", "processed", "exception"]
    list_filter = ["valid", "processed", "created"]
    list_select_related = ["event"]
    search_fields = ["event__id", "event__type", "exception"]
    ids: list[str] = []  # its key is a number
    fields = [
        *("created", "what", "customer", "event_id", "remote_ip", "valid", "processed"),
        *("exception", "traceback"),
    ]
    readonly_fields = ["what", "customer", "event_id"]

    def get_search_results(self, request, queryset, search_term):
        if search_term.strip().startswith("cus_"):
            whose = {"event__data__object__customer": search_term.strip()}
            return queryset.filter(**whose), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("event"), empty_value="–")
    def what(self, row: WebhookEventTrigger) -> str | None:
        return row.event and row.event.type

    @admin.display(description=_("customer"), empty_value="–")
    def customer(self, row: WebhookEventTrigger) -> str | None:
        return row.event and row.event.data.get("object", {}).get("customer")
