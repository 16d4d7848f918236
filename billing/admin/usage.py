"""What was used, and who was told that a limit is near: to read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.staff_lists import ReadOnlyAdmin, link, link_by_id, page_of
from billing.admin.columns import chatbot
from billing.models import DailyUsage, PriceRule, UsageAlert, UsageRecord


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    person = link_by_id("user_id")
    chatbot = chatbot
    list_display = [
        *("created_at", "request_type", "model", "tokens_input", "tokens_output", "exact"),
        *("credits_used", "cost", "latency_ms", "person"),
    ]
    list_filter = ["request_type", "created_at"]
    search_fields = ["model"]
    ids = ["id", "user_id"]
    fields = [
        *("id", "created_at", "person", "request_type", "model", "tokens_input"),
        *("tokens_output", "exact", "credits_used", "priced_by", "latency_ms", "chatbot"),
        "conversation_id",
    ]
    readonly_fields = ["person", "chatbot", "priced_by"]

    @admin.display(description=gettext_lazy("cost"), empty_value="–")
    def cost(self, record: UsageRecord) -> str | None:
        if record.price.get("own_key"):
            return _("own key")
        cost = record.price.get("cost")
        return cost and f"{cost} {record.price['currency'].upper()}"

    @admin.display(description=gettext_lazy("price at that moment"), empty_value="–")
    def priced_by(self, record: UsageRecord) -> str | None:
        """As it stood then; the rule may be closed since."""
        if record.price.get("own_key"):
            return _("The person's own key: no credits.")
        rule = record.price.get("rule")
        told = sorted((name, value) for name, value in record.price.items() if name != "rule")
        lines = format_html_join("\n", "{}: {}", ((n.replace("_", " "), v) for n, v in told))
        if rule is None:
            return lines or None
        page = page_of(PriceRule, rule)
        return format_html('<a href="{}">{}</a>\n{}', page, _("the rule"), lines)


@admin.register(DailyUsage)
class DailyUsageAdmin(ReadOnlyAdmin):
    person = link("user")
    list_display = [
        *("date", "zone", "person", "tokens_used", "messages_sent", "documents_uploaded"),
        *("conversations_created", "ends_at"),
    ]
    list_filter = ["date"]
    list_select_related = ["user"]
    date_hierarchy = "date"
    ordering = ["-date", "-pk"]
    ids = ["user"]


@admin.register(UsageAlert)
class UsageAlertAdmin(ReadOnlyAdmin):
    """Mails that told of 80 and 100 % of a limit."""

    person = link("owner")
    list_display = ["created_at", "person", "limit", "percent", "period_start"]
    list_filter = ["limit", "percent", "created_at"]
    list_select_related = ["owner"]
    ids = ["id", "owner"]
