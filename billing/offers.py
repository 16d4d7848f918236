"""The plans side by side, and what a person can do about each from the plan they are on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices

from billing import stripe
from billing.included import included
from billing.models import Plan, Subscription

PAYING = {Subscription.Status.TRIALING, Subscription.Status.ACTIVE}


class Act(TextChoices):
    """What the button under a plan does."""

    NONE = ""
    TRY = "try"
    SUBSCRIBE = "subscribe"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CANCEL = "cancel"
    KEEP = "keep"  # take a change for the next period back


@dataclass(frozen=True)
class Offer:
    plan: Plan
    is_current: bool
    act: Act

    @property
    def included(self) -> list[str]:
        return included(self.plan)


def offers_for(held: Subscription) -> list[Offer]:
    """The plans on offer, and the person's own even where it is offered no more."""
    plans = Plan.objects.filter(is_active=True) | Plan.objects.filter(pk=held.plan_id)
    return [Offer(plan, plan.pk == held.plan_id, act_for(held, plan)) for plan in plans]


def act_for(held: Subscription, plan: Plan) -> Act:
    """The one act that leads from the plan held to this one; none where there is no way."""
    if not stripe.is_configured():
        return Act.NONE
    if plan.pk == held.plan_id:
        return Act.KEEP if held.next_plan_id else Act.NONE
    if is_paid(held):
        return _change(held, plan)
    if not plan.stripe_price_id:
        return Act.NONE
    return Act.TRY if plan.trial_days and not held.had_trial else Act.SUBSCRIBE


def is_paid(held: Subscription) -> bool:
    """Whether Stripe bills this person for their plan."""
    statuses = PAYING | {Subscription.Status.PAST_DUE}
    return bool(held.stripe_subscription_id) and held.status in statuses


def _change(held: Subscription, plan: Plan) -> Act:
    if not plan.price_monthly:
        return Act.NONE if held.cancel_at_period_end else Act.CANCEL
    if held.status not in PAYING or not plan.stripe_price_id or plan.pk == held.next_plan_id:
        return Act.NONE  # what is owed is paid first
    return Act.UPGRADE if plan.price_monthly > held.plan.price_monthly else Act.DOWNGRADE
