"""What a person's plan allows, and how much of it is left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from accounts import rows
from accounts.models import User
from billing import refusals
from billing.models import Plan, Subscription
from billing.refusals import QuotaExceeded

__all__ = ["QuotaExceeded"]

# A day is the person's own, see the migration that makes billing_today.
TOKENS = """
    SELECT plan.token_limit_daily, coalesce(daily.tokens_used, 0),
        today.day::timestamp AT TIME ZONE today.zone, today.resets_at
    FROM billing_subscription s
    JOIN billing_plan plan ON plan.id = s.plan_id
    CROSS JOIN billing_today(s.user_id) today
    LEFT JOIN billing_dailyusage daily ON daily.user_id = s.user_id AND daily.date = today.day
    WHERE s.user_id = %s
"""


@dataclass(frozen=True)
class Tokens:
    """Of the person's day. A limit of None: there is none."""

    limit: int | None
    used: int
    began_at: dt.datetime
    resets_at: dt.datetime

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


def held_plan(user: User) -> Plan:
    """The person's plan. Until the commit it is theirs, and whoever else asks here waits: so
    parallel additions of one person count each other."""
    held = Subscription.objects.select_for_update(of=("self",)).select_related("plan")
    return held.get(user=user).plan


def tokens_of(owner_id: UUID) -> Tokens:
    erased = (0, 0, timezone.now(), timezone.now())
    return Tokens(*(rows.first(TOKENS, [owner_id]) or erased))


def check_tokens(user: User) -> None:
    """Refuse another use of a model once the day's tokens are used up."""
    tokens = tokens_of(user.pk)
    if tokens.left == 0:
        raise refusals.tokens_used_up(tokens.limit or 0, 0, tokens.resets_at, user.timezone)


def check_number(plan: Plan, held: int) -> None:
    """Refuse one more document than the plan holds."""
    if plan.document_limit is not None and held >= plan.document_limit:
        raise refusals.too_many_documents(plan.document_limit, held)


def check_storage(plan: Plan, stored: int, adding: int) -> None:
    """Refuse bytes beyond what the plan stores. What takes no more than before is let through,
    also of a person who has more than that already."""
    limit = plan.storage_limit
    if limit is not None and adding > 0 and stored + adding > limit:
        raise refusals.too_many_bytes(limit, stored, adding)


def check_attached(plan: Plan, held: int) -> None:
    """Refuse one more document in a conversation."""
    if plan.attachment_limit is not None and held >= plan.attachment_limit:
        raise refusals.too_many_attached(plan.attachment_limit)
