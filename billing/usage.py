"""What was used: one row per use, and the monthly summary in one query."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Sum
from django.db.models.functions import Coalesce

from accounts import rows
from accounts.models import User
from billing.models import RequestType, UsageRecord
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
) -> UsageRecord:
    """Note one use of a model; `user_id` is who pays: the chatbot's or document's owner.

    What a person's own key did is counted like the rest and costs no credits.
    """
    record = UsageRecord(
        user_id=user_id,
        request_type=request_type,
        model=model,
        tokens_input=usage.tokens_input,
        tokens_output=usage.tokens_output,
        exact=usage.exact,
        price={"own_key": True} if own_key else {},
        latency_ms=latency_ms,
        chatbot_id=chatbot_id,
        conversation_id=conversation_id,
    )
    rows.insert(record)
    return record


def summary(user: User, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """Credits, tokens, requests and mean latency of [since, until), by model and by chatbot."""
    records = UsageRecord.objects.filter(
        user_id=user.pk, created_at__gte=since, created_at__lt=until
    )
    figures = {
        "credits": Coalesce(Sum("credits_used"), 0),
        "tokens_input": Coalesce(Sum("tokens_input"), 0),
        "tokens_output": Coalesce(Sum("tokens_output"), 0),
        "requests": Count("pk"),
        "latency_ms_mean": Avg("latency_ms"),
    }
    asked = records.filter(chatbot_id__isnull=False)
    return {
        **records.aggregate(**figures),
        "by_model": list(records.values("model").annotate(**figures).order_by("model")),
        "by_chatbot": list(asked.values("chatbot_id").annotate(**figures).order_by("chatbot_id")),
    }
