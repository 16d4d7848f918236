"""What staff may do to somebody's plan and credits: forms that show their effect beforehand."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing import adjusting, plans
from billing.models import Plan, Subscription


class Effect(NamedTuple):
    what: str
    before: str
    after: str


class ActForm(forms.Form):
    title = ""
    button = ""
    permission = ""
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("For colleagues and for the audit log. The person may see it."),
    )

    def __init__(self, subscription: Subscription, *args: Any, **kwargs: Any) -> None:
        self.subscription = subscription
        super().__init__(*args, **kwargs)

    def effects(self) -> list[Effect]:
        """What will change, once the form is valid."""
        raise NotImplementedError

    def warning(self) -> str:
        return ""

    def perform(self, actor: User) -> str:
        """Do it and say so; raises ValidationError where it cannot be done."""
        raise NotImplementedError


class PlanChangeForm(ActForm):
    title = gettext_lazy("Change the plan")
    button = gettext_lazy("Change the plan")
    permission = "billing.change_subscription"
    plan = forms.ModelChoiceField(Plan.objects.all(), label=gettext_lazy("Plan"), empty_label=None)
    seen = forms.UUIDField(widget=forms.HiddenInput)  # the plan that the page showed
    field_order = ["plan", "reason"]

    def __init__(self, subscription: Subscription, *args: Any, **kwargs: Any) -> None:
        plan = subscription.plan_id
        super().__init__(subscription, *args, initial={"plan": plan, "seen": plan}, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        now = self.subscription.plan
        if cleaned.get("seen") != now.pk:
            self.data = {**self.data.dict(), "seen": str(now.pk)}
            raise ValidationError(_("Meanwhile they were put on %s. Look again.") % now)
        if cleaned.get("plan") == now:
            self.add_error("plan", _("They are on %s already.") % now)
        return cleaned

    def effects(self) -> list[Effect]:
        old, new = self.subscription.plan, self.cleaned_data["plan"]
        return [
            Effect(_("Plan"), str(old), str(new)),
            Effect(_("Price a month"), price(old), price(new)),
            Effect(_("Credits a month"), f"{old.credits_monthly:,}", f"{new.credits_monthly:,}"),
        ]

    def warning(self) -> str:
        if not self.subscription.stripe_subscription_id:
            return ""
        return _(
            "They pay through Stripe, which knows nothing of this change: it goes on asking the "
            "old price, and the next time we compare, what Stripe says counts again. Change the "
            "subscription in Stripe instead."
        )

    def perform(self, actor: User) -> str:
        plan, reason = self.cleaned_data["plan"], self.cleaned_data["reason"]
        plans.set_plan(self.subscription, plan, actor=actor, reason=reason)
        return _("%(person)s is on %(plan)s.") % {"person": self.subscription.user, "plan": plan}


class CreditsForm(ActForm):
    title = gettext_lazy("Give or take credits")
    button = gettext_lazy("Enter it in the ledger")
    permission = "billing.add_creditchange"
    amount = forms.IntegerField(
        label=gettext_lazy("Credits"),
        min_value=-adjusting.MOST,
        max_value=adjusting.MOST,
        help_text=gettext_lazy("A number below 0 takes credits away."),
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)  # a second click does nothing
    field_order = ["amount", "reason"]

    def clean_amount(self) -> int:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise ValidationError(_("0 changes nothing."))
        if self._balance() + amount < 0:
            text = _("They have %s credits. Take no more than that.")
            raise ValidationError(text % f"{self._balance():,}")
        return amount

    def effects(self) -> list[Effect]:
        balance = self._balance()
        after = balance + self.cleaned_data["amount"]
        return [Effect(_("Credits left"), f"{balance:,}", f"{after:,}")]

    def perform(self, actor: User) -> str:
        amount, once = self.cleaned_data["amount"], self.cleaned_data["once"]
        try:
            is_new = adjusting.adjust(
                self.subscription.user,
                amount,
                reason=self.cleaned_data["reason"],
                actor=actor,
                reference=f"staff:{once}",
            )
        except adjusting.CannotAdjust as refusal:
            raise ValidationError(str(refusal)) from refusal
        if not is_new:
            return _("It was entered already; nothing was done again.")
        told = {"amount": f"{amount:+,}", "person": self.subscription.user}
        return _("%(amount)s credits for %(person)s stand in the ledger.") % told

    def _balance(self) -> int:
        return self.subscription.user.credit_balance.balance


def price(plan: Plan) -> str:
    return f"{plan.price_monthly:,.2f} {plan.currency.upper()}"


ACTS: dict[str, type[ActForm]] = {"plan": PlanChangeForm, "credits": CreditsForm}
