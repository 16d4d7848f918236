"""Why a hold was refused, told with the figures as they stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from accounts import rows
from billing import refusals
from billing.charges import Charge
from billing.refusals import QuotaExceeded

STANDING = """
    SELECT b.balance, p.credits_monthly, s.current_period_end, p.session_limit, p.token_limit_daily,
        greatest(0, p.token_limit_daily - coalesce(d.tokens_used, 0) - b.tokens_held),
        t.resets_at, t.zone,
        (SELECT v.credits FROM billing_visitorspending v
         WHERE v.owner_id = s.user_id AND v.chatbot_id = %s AND v.date = t.day)
    FROM billing_subscription s
    JOIN billing_plan p ON p.id = s.plan_id
    JOIN billing_creditbalance b ON b.owner_id = s.user_id
    CROSS JOIN billing_today(s.user_id) t
    LEFT JOIN billing_dailyusage d ON d.user_id = s.user_id AND d.date = t.day
    WHERE s.user_id = %s
"""


@dataclass(frozen=True)
class Standing:
    balance: int
    credits_monthly: int
    period_end: dt.datetime | None
    session_limit: int | None
    token_limit: int | None
    tokens_left: int | None
    resets_at: dt.datetime
    zone: str
    spent: int | None


def refusal(limit: str, owner_id: UUID, charge: Charge) -> QuotaExceeded:
    """`limit` as `billing_reserve` named it. Whose plan it is not learns none of its figures."""
    found = rows.first(STANDING, [charge.chatbot_id, owner_id])
    if found is None:  # erased in the meantime
        return QuotaExceeded(limit, 0, None, limit)
    now = Standing(*found)
    if limit == "visitor_credits_daily":
        cap = charge.cap or 0
        left = max(0, cap - (now.spent or 0))
        return refusals.visitors_spent(cap, left, now.resets_at, now.zone)
    if not charge.by_owner:
        return refusals.not_yours(limit)
    if limit == "session_limit":
        return refusals.too_many_running(now.session_limit or 0)
    if limit == "token_limit_daily":
        left = now.tokens_left or 0
        return refusals.tokens_used_up(now.token_limit or 0, left, now.resets_at, now.zone)
    return refusals.credits_used_up(
        now.credits_monthly, now.balance, charge.credits, now.period_end, now.zone
    )
