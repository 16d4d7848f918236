"""Who is on which plan, beside what Stripe says, and what staff can do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from djstripe.models import WebhookEventTrigger

from accounts.requests import unscoped
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, list_of, page_of
from billing.admin.acting_forms import ACTS
from billing.admin.comparing import compare
from billing.admin.resyncing import resync
from billing.models import Subscription
from billing.stripe.errors import StripeRefused

NO_CONTENT = 204
OF_THE_PERSON = [
    SeeAlso("billing.CreditBalance", "owner"),
    SeeAlso("billing.CreditChange", "owner"),
    SeeAlso("billing.Reservation", "owner"),
    SeeAlso("billing.UsageRecord", "user_id"),
    SeeAlso("billing.DailyUsage", "user"),
    SeeAlso("billing.VisitorSpending", "owner"),
    SeeAlso("billing.UsageAlert", "owner"),
]


class SubscriptionInline(admin.StackedInline):
    """On the person's page: to see; what can be done about it is on its own."""

    model = Subscription
    fields = ["plan", "status", "credits_limit", "current_period_end", "cancel_at_period_end"]
    show_change_link = True

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = [
        *("whose", "plan", "status", "credits", "current_period_end"),
        *("cancel_at_period_end", "synced_at"),
    ]
    list_filter = ["plan", "status", "current_period_end", "cancel_at_period_end"]
    list_select_related = ["user__credit_balance", "plan"]
    search_fields = ["stripe_customer_id", "stripe_subscription_id"]
    ids = ["id", "user", "plan"]
    # The rest stands side by side with Stripe's above them.
    fields = [
        *("user", "credits_limit", "had_trial", "canceled_at", "stripe_customer_id", "created_at"),
        "updated_at",
    ]
    see_also = OF_THE_PERSON

    @admin.display(description=gettext_lazy("person"), ordering="user__email")
    def whose(self, subscription: Subscription) -> str:
        return subscription.user.email

    @admin.display(description=gettext_lazy("credits left"), empty_value="–")
    def credits(self, subscription: Subscription) -> str | None:
        balance = getattr(subscription.user, "credit_balance", None)
        return balance and f"{balance.balance:,}"

    def _links(self, request, pk):
        """What belongs to it names its person."""
        owner = Subscription.objects.filter(pk=pk).values_list("user_id", flat=True).first()
        return super()._links(request, owner)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/resync/",
                self.resync,
                name="billing_subscription_resync",
            ),
            path(
                "<path:object_id>/do/<slug:name>/",
                view(self.act),
                name="billing_subscription_act",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = dict(extra_context or {})
        if subscription := self.get_object(request, object_id):
            may = {name: request.user.has_perm(act.permission) for name, act in ACTS.items()}
            events = self._events(request, subscription)
            context |= {"may": may, "compared": compare(subscription), "events": events}
            context |= {"title": _("Subscription of %s") % subscription.user, "subtitle": None}
        return super().change_view(request, object_id, form_url, context)

    def _events(self, request: HttpRequest, subscription: Subscription) -> str:
        """Where the list of what Stripe told us of its customer is, for those who may see it."""
        if not self.admin_site.get_model_admin(WebhookEventTrigger).has_view_permission(request):
            return ""
        return f"{list_of(WebhookEventTrigger)}?q={subscription.stripe_customer_id}"

    def act(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A form, what it would change, and only then the change."""
        if (kind := ACTS.get(name)) is None:
            raise Http404
        if not request.user.has_perm(kind.permission):
            raise PermissionDenied
        form = kind(self._found(request, object_id), request.POST or None)
        if not form.is_valid():
            return self._ask(request, form)
        if "confirmed" not in request.POST:
            return self._ask(request, form, effects=form.effects())
        try:
            done = form.perform(request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self._ask(request, form)
        self.log_change(request, form.subscription, done)
        self.message_user(request, done, messages.SUCCESS)
        return redirect(page_of(Subscription, object_id))

    @unscoped
    def resync(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The staff site's pages are transactions, and in none Stripe is waited for. So it lets
        the person in first, and then is left."""
        look = self.admin_site.admin_view(require_POST(self._let_in))
        let_in = look(request, object_id)
        if let_in.status_code != NO_CONTENT:
            return let_in
        try:
            changed = resync(request.subscription, request.user)
        except StripeRefused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            self.message_user(request, said(changed), messages.SUCCESS)
            self.log_change(request, request.subscription, said(changed))
        return redirect(page_of(Subscription, object_id))

    def _let_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not request.user.has_perm(ACTS["plan"].permission):
            raise PermissionDenied
        request.subscription = self._found(request, object_id)
        return HttpResponse(status=NO_CONTENT)

    def _found(self, request: HttpRequest, object_id: str) -> Subscription:
        subscription = self.get_object(request, object_id)
        if subscription is None:
            raise Http404
        return subscription

    def _ask(self, request: HttpRequest, form, effects=()) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": form.title,
            "opts": self.opts,
            "form": form,
            "effects": effects,
            "subscription": form.subscription,
        }
        return TemplateResponse(request, "admin/billing/subscription/act.html", context)


def said(changed: dict[str, list[Any]]) -> str:
    if not changed:
        return _("Stripe says what stands here already.")
    told = [f"{name.replace('_', ' ')}: {old} → {new}" for name, (old, new) in changed.items()]
    return _("Changed by what Stripe says: %s") % "; ".join(told)
