"""Periods of people whom Stripe does not bill: a month each, from sign-up on."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils import timezone

from accounts.tenancy import system
from billing import credits
from billing.models import Subscription


def renew_due(limit: int = 500) -> int:
    """Begin the next period of everybody whose last one has ended; returns how many."""
    with system():
        due = Subscription.objects.filter(
            stripe_subscription_id__isnull=True, current_period_end__lte=timezone.now()
        ).values_list("pk", flat=True)[:limit]
        keys = list(due)
    return sum(_renew(key) for key in keys)


def _renew(key: UUID) -> bool:
    with system():
        due = Subscription.objects.filter(pk=key, stripe_subscription_id__isnull=True).first()
        if due is None or due.current_period_end is None:
            return False
        start, end = due.current_period_end, next_month(due.current_period_end)
        while end <= timezone.now():  # nobody renewed for months
            start, end = end, next_month(end)
        return credits.renew(due, start, end)


def next_month(moment: dt.datetime) -> dt.datetime:
    years, month = divmod(moment.month, 12)
    first = moment.replace(year=moment.year + years, month=month + 1, day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    last = (after - dt.timedelta(days=1)).day
    return first.replace(day=min(moment.day, last))
