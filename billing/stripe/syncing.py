"""Making our row and the credits equal to what Stripe says, as often as one likes.

Only what is read anew counts, never what an event says, so repeated, late and crossed events are
harmless. Readings that cross are put in order by when they began: a later one is at least as new.
"""

from __future__ import annotations

import datetime as dt

import stripe
import structlog
from django.conf import settings
from django.utils import timezone

from accounts.tenancy import system
from billing import credits, periods, plans
from billing.models import CreditChange, Plan, Subscription
from billing.stripe import mirror
from billing.stripe.connection import asking
from billing.stripe.reading import Reading, read
from billing.stripe.terms import OPEN, Terms, terms_of

log = structlog.get_logger(__name__)
Status = Subscription.Status


def sync(subscription: Subscription) -> None:
    """Ask Stripe, follow what it says, and keep its invoices. Raises StripeRefused."""
    reading = update(subscription)
    if reading:
        mirror.keep(reading)


def update(subscription: Subscription) -> Reading | None:
    """Ask Stripe and follow; None where there was nothing to ask, or a later answer is known."""
    with system():
        asked = Subscription.objects.select_related("user").filter(pk=subscription.pk).first()
    if asked is None or not asked.stripe_customer_id:
        return None
    reading = read(asked.stripe_customer_id)
    if asked.user.deleted_at:
        reading = _let_go(reading)
    with system():
        rows = Subscription.objects.select_for_update(of=("self",)).select_related("plan")
        held = rows.filter(pk=subscription.pk).first()
        if held is None or (held.synced_at and held.synced_at >= reading.began_at):
            return None
        _follow(held, reading)
        _top_up(held, reading)
    return reading


def _let_go(reading: Reading) -> Reading:
    """Who has closed their account pays no more."""
    with asking() as api:
        for one in reading.subscriptions:
            if one.status in OPEN:
                api.v1.subscriptions.cancel(one.id)
    return read(reading.customer_id)


def _follow(held: Subscription, reading: Reading) -> None:
    terms = terms_of(reading.subscriptions, list(Plan.objects.all()))
    held.synced_at, held.had_trial = reading.began_at, held.had_trial or reading.had_trial
    held.grace_until = _grace(held, terms)
    if terms and terms.is_in_force and not _is_over(held.grace_until):
        _take_up(held, terms)
    elif held.stripe_subscription_id:
        _leave(held, terms)
    else:  # a plan that staff gave, or the free one
        held.save(update_fields=["synced_at", "had_trial", "grace_until", "updated_at"])


def _grace(held: Subscription, terms: Terms | None) -> dt.datetime | None:
    """Until when a plan is kept whose payment failed; counted from when we first saw it."""
    if terms is None or terms.status != Status.PAST_DUE:
        return None
    return held.grace_until or timezone.now() + settings.STRIPE_GRACE


def _is_over(grace_until: dt.datetime | None) -> bool:
    return grace_until is not None and grace_until <= timezone.now()


def _take_up(held: Subscription, terms: Terms) -> None:
    is_paid = terms.is_paid and terms.status != Status.PAST_DUE
    if is_paid and held.current_period_start != terms.start:
        held.current_period_start = held.current_period_end = None  # the old one's credits are over
    held.stripe_subscription_id = terms.subscription_id
    held.status, held.cancel_at_period_end = terms.status, terms.is_ending
    held.trial_end, held.canceled_at = terms.trial_end, terms.canceled_at
    held.next_plan = terms.next_plan
    held.save()
    plans.set_plan(held, terms.plan, reason="Stripe")
    if is_paid:
        _begin_period(held, terms.start, terms.end)


def _leave(held: Subscription, terms: Terms | None) -> None:
    """Back to the free plan, with a period of its own."""
    held.status = Status.CANCELED if terms is None else terms.status
    if held.status == Status.PAST_DUE:
        held.status = Status.EXPIRED
    held.stripe_subscription_id = held.trial_end = held.next_plan = None
    held.current_period_start = held.current_period_end = None
    held.cancel_at_period_end = False
    held.canceled_at = (terms and terms.canceled_at) or timezone.now()
    held.save()
    plans.set_plan(held, Plan.objects.get(name="free"), reason="Stripe")
    now = timezone.now()
    _begin_period(held, now, periods.next_month(now))


def _begin_period(held: Subscription, start: dt.datetime, end: dt.datetime) -> None:
    """Once each; a trial that is made longer at Stripe moves an end that was known before."""
    if not credits.renew(held, start, end):
        period = {"current_period_start": start, "current_period_end": end}
        Subscription.objects.filter(pk=held.pk).update(**period)


def _top_up(held: Subscription, reading: Reading) -> None:
    for session in reading.paid_sessions:
        bought = _credits_of(session, held)
        if bought:
            credits.grant(
                held.user_id,
                bought,
                kind=CreditChange.Kind.TOP_UP,
                reason=_noted(session).get("pack", "")[:200],
                reference=f"checkout:{session.id}",
            )


def _credits_of(session: stripe.checkout.Session, held: Subscription) -> int:
    """As offered when it began, by `checkout.begin_top_up`; 0 for whatever else was bought."""
    noted = _noted(session)
    if session.mode != "payment" or session.customer != held.stripe_customer_id:
        return 0
    if noted.get("user") != str(held.user_id) or not noted.get("credits", "").isdigit():
        return 0
    return int(noted["credits"])


def _noted(session: stripe.checkout.Session) -> dict[str, str]:
    return session.metadata.to_dict() if session.metadata else {}
