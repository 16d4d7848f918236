"""What a person's plan allows, and how much of it is left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts import rows
from accounts.models import User
from billing.models import DailyUsage, Plan, Subscription


@dataclass
class QuotaExceeded(Exception):
    """A plan's limit was met. `limit` names it, `value` is its size, `resets_at` when it ends."""

    limit: str
    value: int
    resets_at: dt.datetime | None
    detail: str

    def __str__(self) -> str:
        return self.detail


TOKENS = """
    SELECT plan.token_limit_daily, coalesce(today.tokens_used, 0)
    FROM billing_subscription s JOIN billing_plan plan ON plan.id = s.plan_id
    LEFT JOIN billing_dailyusage today ON today.user_id = s.user_id AND today.date = %s
    WHERE s.user_id = %s
"""


def plan_of(user: User) -> Plan:
    return Subscription.objects.select_related("plan").get(user=user).plan


def tomorrow() -> dt.datetime:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + dt.timedelta(days=1)


def tokens_used_today(user: User) -> int:
    today = DailyUsage.objects.filter(user=user, date=timezone.now().date()).first()
    return today.tokens_used if today else 0


def check_tokens(user: User) -> None:
    """Refuse another answer once the day's tokens are used up."""
    row = rows.first(TOKENS, [timezone.now().date(), user.pk])
    limit, used = row or (0, 0)
    if limit is not None and used >= limit:
        raise QuotaExceeded(
            "token_limit_daily",
            limit,
            tomorrow(),
            f"Your plan's {limit:,} tokens for today are used up. They come back at midnight UTC.",
        )


def check_documents(user: User, *, count: int, stored: int, adding: int) -> None:
    """Refuse a document beyond the plan's number or storage (`stored` and `adding` in bytes)."""
    plan = plan_of(user)
    if plan.document_limit is not None and count + 1 > plan.document_limit:
        raise QuotaExceeded(
            "document_limit",
            plan.document_limit,
            None,
            f"Your plan holds {plan.document_limit:,} documents. Delete some to add more.",
        )
    if plan.storage_limit is not None and stored + adding > plan.storage_limit:
        raise QuotaExceeded(
            "storage_limit",
            plan.storage_limit,
            None,
            f"Your plan stores {plan.storage_limit // 2**20:,} MB. This file does not fit.",
        )


def limits_left(user: User) -> dict[str, Any]:
    plan = plan_of(user)
    tokens = plan.token_limit_daily
    return {
        "plan": plan.name,
        "token_limit_daily": tokens,
        "tokens_left_today": None if tokens is None else max(0, tokens - tokens_used_today(user)),
        "document_limit": plan.document_limit,
        "storage_limit": plan.storage_limit,
        "resets_at": tomorrow(),
    }
