"""The list of one's conversations, newest first, or those that match a search."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from accounts.models import User
from conversations.models import Conversation, ConversationQuerySet
from language.terms import query_terms

PAGE = 30
MOST_FOUND = 200


@dataclass(frozen=True)
class HistoryPage:
    conversations: list[Conversation]
    number: int
    has_next: bool
    query: str = ""
    current: str = ""  # the id of the conversation on the page

    @property
    def previous_number(self) -> int:
        return self.number - 1

    @property
    def next_number(self) -> int:
        return self.number + 1


def history_page(user: User, *, query: str = "", number: int = 1, current: str = "") -> HistoryPage:
    """One page of the history; call it inside the person's scope."""
    query = query.replace("\0", "").strip()[:200]  # PostgreSQL has no such character
    rows = Conversation.objects.for_user(user).in_history().select_related("chatbot")
    rows = (matching(rows, user, query) if query else rows).recent_first()
    start = (number - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return HistoryPage(found[:PAGE], number, len(found) > PAGE, query, current)


def matching(rows: ConversationQuerySet, user: User, query: str) -> ConversationQuerySet:
    """Conversations with all the words in one message, or the words in the title."""
    return rows.filter(Q(pk__in=_with_terms(user, query)) | Q(title__icontains=query))


def _with_terms(user: User, query: str) -> list:
    terms = query_terms(query)
    if not terms:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversation_id FROM conversations_matching(%s, %s, %s)",
            [user.pk, terms, MOST_FOUND],
        )
        return [row[0] for row in cursor.fetchall()]
