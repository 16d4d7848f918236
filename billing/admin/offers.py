"""Plans and packs of credits: what is sold, written by staff."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.staff_lists import SeeAlso, page_of
from billing.admin.columns import number
from billing.admin.noting import NotedAdmin
from billing.admin.plan_form import SWITCHES, CreditPackForm, PlanForm
from billing.models import CreditPack, Plan, Subscription
from billing.plans import PLANS


@admin.register(Plan)
class PlanAdmin(NotedAdmin):
    form = PlanForm
    credits = number("credits_monthly", gettext_lazy("credits a month"))
    tokens = number("token_limit_daily", gettext_lazy("tokens a day"))
    documents = number("document_limit", gettext_lazy("documents"))
    list_display = [
        *("name", "price", "credits", "tokens", "documents", "storage"),
        *("people", "is_active"),
    ]
    list_filter = ["is_active"]
    search_fields = ["name", "stripe_price_id"]
    ordering = ["price_monthly", "name"]
    see_also = [
        SeeAlso("billing.Subscription", "plan"),
        SeeAlso("accounts.AuditLog", "resource_id"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people_count=Count("subscriptions"))

    def get_fieldsets(self, request, obj=None):
        can_write = self.has_change_permission(request, obj)
        limits = ["credits_monthly", "token_limit_daily", "document_limit", "attachment_limit"]
        limits += ["storage" if can_write else "storage_limit", "session_limit", "member_limit"]
        features = [*SWITCHES, "models"] if can_write else ["features"]
        return [
            (None, {"fields": ["name", "description", "is_active"]}),
            (
                gettext_lazy("Price"),
                {"fields": ["price_monthly", "currency", "stripe_price_id", "trial_days"]},
            ),
            (gettext_lazy("Limits"), {"fields": limits}),
            (gettext_lazy("Features"), {"fields": features}),
        ]

    def get_readonly_fields(self, request, obj=None):
        """Sign-up looks the free plan up by name, and people carry their plan's name."""
        return ["name"] if obj else []

    @admin.display(description=gettext_lazy("price a month"), ordering="price_monthly")
    def price(self, plan: Plan) -> str:
        return f"{plan.price_monthly:,.2f} {plan.currency.upper()}"

    @admin.display(description=gettext_lazy("storage"), ordering="storage_limit")
    def storage(self, plan: Plan) -> str | None:
        return None if plan.storage_limit is None else filesizeformat(plan.storage_limit)

    @admin.display(description=gettext_lazy("people on it"), ordering="people_count")
    def people(self, plan: Plan) -> int:
        return plan.people_count

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        changed = set(form.changed_data) if change and obj.stripe_price_id else set()
        if {"price_monthly", "currency"} & changed and "stripe_price_id" not in changed:
            text = _("Stripe still asks what its price %s says. Enter another price if it differs.")
            self.message_user(request, text % obj.stripe_price_id, messages.WARNING)

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        plan = self.get_object(request, object_id)
        if plan and self.has_delete_permission(request, plan) and (reason := why_kept(plan)):
            self.message_user(request, reason, messages.ERROR)
            return redirect(page_of(Plan, plan.pk))
        return super().delete_view(request, object_id, extra_context)


def why_kept(plan: Plan) -> str:
    """Why a plan cannot be deleted; empty where it can."""
    taken = Subscription.objects.filter(Q(plan=plan) | Q(next_plan=plan))
    if count := taken.count():
        return ngettext(
            "%(plan)s cannot be deleted: %(count)s person is on it. Put them on another plan.",
            "%(plan)s cannot be deleted: %(count)s people are on it. Put them on another plan.",
            count,
        ) % {"plan": plan, "count": f"{count:,}"}
    if plan.name in PLANS:
        text = _("%s belongs to KyroChat and would come back. Make it inactive instead.")
        return text % plan
    return ""


@admin.register(CreditPack)
class CreditPackAdmin(NotedAdmin):
    form = CreditPackForm
    amount = number("credits", gettext_lazy("credits"))
    list_display = ["name", "amount", "price", "currency", "stripe_price_id", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "stripe_price_id"]
    ordering = ["price", "name"]
    see_also = [SeeAlso("accounts.AuditLog", "resource_id")]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False  # a payment under way may be for it
