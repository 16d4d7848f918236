"""What a customer's subscriptions at Stripe amount to: one plan, for one period. Asks nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import stripe

from billing.models import Plan, Subscription

# Which of several counts: what serves a person best, so a double purchase takes nothing away.
RANKS = ["active", "trialing", "past_due", "unpaid", "paused", "canceled"]
IN_FORCE = {"active", "trialing", "past_due"}
OPEN = IN_FORCE | {"unpaid", "paused", "incomplete"}
STATUSES = {
    "active": Subscription.Status.ACTIVE,
    "trialing": Subscription.Status.TRIALING,
    "past_due": Subscription.Status.PAST_DUE,
    "unpaid": Subscription.Status.EXPIRED,
    "paused": Subscription.Status.PAUSED,
    "canceled": Subscription.Status.CANCELED,
}
# What a plan changed for the next period notes at Stripe, so that the paid one is kept till then.
KEPT_PLAN, KEPT_UNTIL = "kept_plan", "kept_until"


@dataclass(frozen=True)
class Terms:
    subscription_id: str
    item_id: str
    status: Subscription.Status
    plan: Plan
    next_plan: Plan | None
    start: dt.datetime
    end: dt.datetime
    is_paid: bool
    is_ending: bool
    ends_by_date: bool  # chosen in the portal, where "at the period's end" is a date
    trial_end: dt.datetime | None
    canceled_at: dt.datetime | None

    @property
    def is_in_force(self) -> bool:
        return self.status in {STATUSES[name] for name in IN_FORCE}


def terms_of(subscriptions: Sequence[stripe.Subscription], plans: Iterable[Plan]) -> Terms | None:
    """Of the subscription that counts; None where none was to one of these plans."""
    by_price = {plan.stripe_price_id: plan for plan in plans if plan.stripe_price_id}
    by_key = {str(plan.pk): plan for plan in plans}
    found = [
        terms
        for one in subscriptions
        if one.status in RANKS and (terms := _terms(one, by_price, by_key))
    ]
    return min(found, key=_rank, default=None)


def _rank(terms: Terms) -> tuple[int, float, float]:
    status = list(STATUSES.values()).index(terms.status)
    return status, -float(terms.plan.price_monthly), -terms.start.timestamp()


def _terms(
    one: stripe.Subscription, by_price: dict[str, Plan], by_key: dict[str, Plan]
) -> Terms | None:
    # since 2025-03-31 periods are the items', https://docs.stripe.com/changelog/basil/2025-03-31
    noted = one.metadata.to_dict()
    for item in one["items"]["data"]:
        # a plan whose price was changed by staff is still what older subscriptions were made for
        paying_for = by_price.get(item.price.id) or by_key.get(noted.get("plan", ""))
        if paying_for:
            kept = _kept(noted, item.current_period_start, by_key)
            plan = max(kept or paying_for, paying_for, key=lambda known: known.price_monthly)
            return Terms(
                subscription_id=one.id,
                item_id=item.id,
                status=STATUSES[one.status],
                plan=plan,
                next_plan=None if plan == paying_for else paying_for,
                start=_moment(item.current_period_start),
                end=_moment(item.current_period_end),
                is_paid=_is_paid(one),
                is_ending=bool(one.cancel_at_period_end or one.cancel_at),
                ends_by_date=bool(one.cancel_at and not one.cancel_at_period_end),
                trial_end=_moment_or_none(one.trial_end),
                canceled_at=_moment_or_none(one.canceled_at),
            )
    return None


def _kept(noted: dict[str, str], start: int, by_key: dict[str, Plan]) -> Plan | None:
    until = noted.get(KEPT_UNTIL, "")
    if until.isdigit() and start < int(until):
        return by_key.get(noted.get(KEPT_PLAN, ""))
    return None


def _is_paid(one: stripe.Subscription) -> bool:
    """Whether what it last asked for came in: a renewal waits an hour before a card is charged."""
    invoice = one.latest_invoice
    return not isinstance(invoice, stripe.Invoice) or invoice.status == "paid"


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _moment_or_none(seconds: int | None) -> dt.datetime | None:
    return _moment(seconds) if seconds else None
