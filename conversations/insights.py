"""How a chatbot does: what it was asked in a period, how that ended, and what people thought of it.

Everything is bounded by date and by the owner, whose index serves it; what was tried in the live
preview is left out, and so are turns that a program brought along.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Aggregate, Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from chatbots.models import Chatbot
from conversations.feedback import REASONS
from conversations.models import Feedback, Message

PERIODS = (7, 30, 90)  # days
CITED = 8  # documents shown
LOOKED_AT = 300  # newest answers without a source
UNANSWERED = 20  # questions shown

Rating = Feedback.Rating
ANSWER = Q(role=Message.Role.ASSISTANT)
COMPLETE = ANSWER & Q(status=Message.Status.COMPLETE)
FAILED = ANSWER & Q(status__in=[Message.Status.ERROR, Message.Status.INCOMPLETE])
TOP_CITED = """\
SELECT document.id, document.name, count(DISTINCT message.id)
FROM conversations_message AS message
JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id
CROSS JOIN LATERAL jsonb_array_elements(message.citations) AS citation
JOIN documents_document AS document ON document.id = (citation->>'document_id')::uuid
    AND document.owner_id = message.owner_id AND document.kind = 'library'
WHERE message.owner_id = %s AND message.created_at >= %s AND message.role = 'assistant'
  AND conversation.chatbot_id = %s AND conversation.channel <> 'preview'
GROUP BY 1 ORDER BY 3 DESC, 2 LIMIT %s"""


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class CitedDocument:
    id: UUID
    name: str
    answers: int


@dataclass(frozen=True)
class Opinions:
    up: int
    down: int
    reasons: list[tuple[str, int]]


@dataclass(frozen=True)
class Unanswered:
    """A question, how often it was asked without a source being found, and when last."""

    text: str
    times: int
    asked_at: dt.datetime


def since(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def figures_of(chatbot: Chatbot, start: dt.datetime) -> dict[str, Any]:
    """Counts; `answered` is with a source, `unsourced` without one. The median may be None."""
    return _messages(chatbot, start).aggregate(
        conversations=Count("conversation", distinct=True),
        questions=Count("pk", filter=Q(role=Message.Role.USER)),
        answers=Count("pk", filter=ANSWER),
        answered=Count("pk", filter=COMPLETE & ~Q(citations=[])),
        unsourced=Count("pk", filter=COMPLETE & Q(citations=[])),
        stopped=Count("pk", filter=ANSWER & Q(status=Message.Status.STOPPED)),
        failed=Count("pk", filter=FAILED),
        first_token_ms=Median("first_token_ms"),
        tokens=Coalesce(Sum("tokens_input"), 0) + Coalesce(Sum("tokens_output"), 0),
    )


def opinions_of(chatbot: Chatbot, start: dt.datetime) -> Opinions:
    given = (
        Feedback.objects.filter(
            owner_id=chatbot.owner_id, created_at__gte=start, conversation__chatbot=chatbot
        )
        .exclude(conversation__channel="preview")
        .values_list("rating", "reason")
        .annotate(times=Count("pk"))
        .order_by("-times", "reason")
    )
    rows = list(given)
    by_rating = {rating: sum(n for given, _r, n in rows if given == rating) for rating in Rating}
    reasons = [
        (str(REASONS.get(reason, reason)), times)
        for rating, reason, times in rows
        if rating == Rating.DOWN and reason
    ]
    return Opinions(by_rating[Rating.UP], by_rating[Rating.DOWN], reasons)


def top_cited(chatbot: Chatbot, start: dt.datetime) -> list[CitedDocument]:
    """The documents of the library that most answers rest on; what people dropped into their own
    conversations is nobody else's business."""
    with connection.cursor() as cursor:
        cursor.execute(TOP_CITED, [chatbot.owner_id, start, chatbot.pk, CITED])
        rows = cursor.fetchall()
    return [CitedDocument(*row) for row in rows]


def unanswered(chatbot: Chatbot, start: dt.datetime) -> list[Unanswered]:
    """Questions whose answer has no source, those asked most often first; nobody is named."""
    rows = (
        _messages(chatbot, start)
        .filter(COMPLETE, citations=[], parent__role=Message.Role.USER)
        .order_by("-created_at")
        .values_list("parent__content", "created_at")
    )
    found: dict[str, list[tuple[str, dt.datetime]]] = {}
    for text, at in rows[:LOOKED_AT]:
        found.setdefault(" ".join(text.casefold().split()), []).append((text, at))
    questions = [Unanswered(asked[0][0], len(asked), asked[0][1]) for asked in found.values()]
    return sorted(questions, key=lambda question: -question.times)[:UNANSWERED]


def _messages(chatbot: Chatbot, start: dt.datetime) -> QuerySet[Message]:
    rows = Message.objects.filter(
        owner_id=chatbot.owner_id, created_at__gte=start, conversation__chatbot=chatbot
    )
    return rows.exclude(conversation__channel="preview").exclude(metadata__has_key="given")
