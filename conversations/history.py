"""The list of one's conversations, newest first: those at hand, the archive, or what a search finds
in both."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.http import urlencode

from accounts.models import User
from conversations.matches import Match, matches_of
from conversations.models import Conversation, ConversationQuerySet
from language.searching import conditions

PAGE = 30
MOST_FOUND = 200
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Wanted:
    """Which page of which list."""

    query: str = ""
    is_archive: bool = False
    number: int = 1
    current: str = ""  # the id of the conversation on the page


@dataclass(frozen=True)
class Line:
    """A conversation in the list, and where it says what was searched for."""

    conversation: Conversation
    match: Match | None = None

    @property
    def url(self) -> str:
        url = self.conversation.get_absolute_url()
        if self.match is None:
            return url
        return f"{url}?at={self.match.message_id}#message-{self.match.message_id}"


@dataclass(frozen=True)
class HistoryPage:
    lines: list[Line]
    wanted: Wanted
    has_next: bool

    @property
    def newer(self) -> str:
        """The query of the page before; empty on the first."""
        return self._at(self.wanted.number - 1) if self.wanted.number > 1 else ""

    @property
    def older(self) -> str:
        return self._at(self.wanted.number + 1) if self.has_next else ""

    def _at(self, number: int) -> str:
        named = {"page": number, "q": self.wanted.query, "archived": int(self.wanted.is_archive)}
        return urlencode({name: value for name, value in named.items() if value})


def history_page(user: User, wanted: Wanted) -> HistoryPage:
    """One page of the history; call it inside the person's scope. A search looks into the archive
    as well."""
    rows = Conversation.objects.for_user(user).listed().select_related("chatbot")
    if wanted.query:
        rows = matching(rows, user, wanted.query)
    else:
        rows = rows.archived() if wanted.is_archive else rows.active()
    start = (wanted.number - 1) * PAGE
    found = list(rows.recent_first()[start : start + PAGE + 1])
    matches = matches_of(found[:PAGE], wanted.query)
    lines = [Line(row, matches.get(row.pk)) for row in found[:PAGE]]
    return HistoryPage(lines, wanted, has_next=len(found) > PAGE)


def matching(rows: ConversationQuerySet, user: User, query: str) -> ConversationQuerySet:
    """Conversations with all the words in one message, or the words in the title."""
    return rows.filter(Q(pk__in=_with_terms(user, query)) | Q(title__icontains=query))


def _with_terms(user: User, query: str) -> list:
    wanted = conditions(query)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversation_id FROM conversations_matching(%s, %s, %s)",
            [user.pk, wanted, MOST_FOUND],
        )
        return [row[0] for row in cursor.fetchall()]
