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


# Everything a page or the API shows of a period, in one reading of its rows. What a line is about
# is told by which columns it is grouped by.
SUMMARY = """
    SELECT grouping(day, request_type, model, chatbot_id), day, request_type, model, chatbot_id,
           count(*), coalesce(sum(credits_used), 0)::bigint, coalesce(sum(tokens_input), 0)::bigint,
           coalesce(sum(tokens_output), 0)::bigint, avg(latency_ms)::float
    FROM (
        SELECT *, (created_at AT TIME ZONE %s)::date AS day FROM billing_usagerecord
        WHERE user_id = %s AND created_at >= %s AND created_at < %s
    ) used
    GROUP BY GROUPING SETS ((), (day), (request_type), (model), (chatbot_id))
    ORDER BY day, request_type, model, chatbot_id
"""
FIGURES = ("requests", "credits", "tokens_input", "tokens_output", "latency_ms_mean")
WHOLE = 0b1111
LINES = {
    "by_day": (0b0111, "date"),
    "by_kind": (0b1011, "kind"),
    "by_model": (0b1101, "model"),
    "by_chatbot": (0b1110, "chatbot_id"),
}


def summary(user: User, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """Credits, tokens, requests and mean latency of [since, until): in all, by day (of the
    person's time zone), by kind, by model and by chatbot."""
    rows_found = rows.every(SUMMARY, [user.timezone, user.pk, since, until])
    told: dict[str, Any] = {name: [] for name in LINES}
    for grouped, *keys, requests, credits, read, written, latency in rows_found:
        figures = dict(zip(FIGURES, (requests, credits, read, written, latency), strict=True))
        if grouped == WHOLE:
            told |= figures
        for name, (bits, key) in LINES.items():
            value = next((each for each in keys if each is not None), None)
            if grouped == bits and value is not None:
                told[name].append({key: value, **figures})
    return told
