"""What was used: one row per use, and what a period amounts to in one query."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from accounts import rows
from accounts.models import User
from billing.models import RequestType, UsageRecord
from billing.prices import Price, price_of
from providers.base import Usage

FIGURES = ("credits", "tokens_input", "tokens_output", "requests", "latency_ms_mean")
# What grouping() says of a row: a bit for each column that it is not grouped by.
ALL_TOGETHER = 0b1111
BREAKDOWNS = {
    0b0111: ("by_model", "model"),
    0b1011: ("by_chatbot", "chatbot_id"),
    0b1101: ("by_kind", "kind"),
    0b1110: ("by_day", "date"),
}
SUMMARY = """
    SELECT grouping(model, chatbot_id, request_type, day),
           model, chatbot_id, request_type, day,
           coalesce(sum(credits_used), 0)::bigint, coalesce(sum(tokens_input), 0)::bigint,
           coalesce(sum(tokens_output), 0)::bigint, count(*), avg(latency_ms)::float8
    FROM (
        SELECT *, (created_at AT TIME ZONE billing_zone(%s))::date AS day
        FROM billing_usagerecord WHERE user_id = %s AND created_at >= %s AND created_at < %s
    ) used
    GROUP BY GROUPING SETS ((), (model), (chatbot_id), (request_type), (day))
    ORDER BY model, chatbot_id, request_type, day
"""


def record_usage(
    user_id: UUID,
    request_type: RequestType,
    model: str,
    usage: Usage,
    *,
    latency_ms: int | None = None,
    chatbot_id: UUID | None = None,
    conversation_id: UUID | None = None,
    own_key: bool = False,
    price: Price | None = None,
    credits_used: int = 0,
) -> UsageRecord:
    """Note one use of a model; `user_id` is who pays: the chatbot's or document's owner.

    What a person's own key did is counted like the rest and costs no credits. The row keeps the
    price it was counted at: what was reserved by, else what is in force.
    """
    price = price or price_of(request_type, model, own_key=own_key)
    record = UsageRecord(
        user_id=user_id,
        request_type=request_type,
        model=model,
        tokens_input=usage.tokens_input,
        tokens_output=usage.tokens_output,
        exact=usage.exact,
        price=price.snapshot(usage),
        credits_used=credits_used,
        latency_ms=latency_ms,
        chatbot_id=chatbot_id,
        conversation_id=conversation_id,
    )
    rows.insert(record)
    return record


def summary(user: User, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """Credits, tokens, requests and mean latency of [since, until): in all, and by model, chatbot,
    kind and day of the person's time zone. What was no chatbot's is in none of these."""
    told: dict[str, Any] = {table: [] for table, _column in BREAKDOWNS.values()}
    for ungrouped, *found in rows.every(SUMMARY, [user.timezone, user.pk, since, until]):
        figures = dict(zip(FIGURES, found[len(BREAKDOWNS) :], strict=True))
        values = [value for value in found[: len(BREAKDOWNS)] if value is not None]
        if ungrouped == ALL_TOGETHER:
            told |= figures
        elif values:
            table, column = BREAKDOWNS[ungrouped]
            told[table].append({column: values[0], **figures})
    return told
