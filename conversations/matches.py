"""Where conversations say what was searched for: the message, and the words amid their line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchQuery

from conversations.claims import without_marks
from conversations.models import Conversation, Message
from language.marking import Part, marked
from language.searching import conditions

EXCERPT = 120  # characters
MARKUP = re.compile(r"[|#*`>]+|:?-{3,}:?")
READ = 20_000  # characters of a message that are looked through for the best stretch


@dataclass(frozen=True)
class Match:
    message_id: UUID
    parts: list[Part]

    @property
    def excerpt(self) -> str:
        return "".join(part.text for part in self.parts)


def matches_of(conversations: Sequence[Conversation], query: str) -> dict[UUID, Match]:
    """The newest message of each conversation that has all the words; none where only the title
    has them. One query."""
    wanted = conditions(query)
    if not wanted or not conversations:
        return {}
    words = SearchQuery(f"({') & ('.join(wanted)})", config="simple", search_type="raw")
    found = (
        Message.objects.filter(conversation__in=conversations, content_tsv=words)
        .order_by("conversation_id", "-message_index")
        .distinct("conversation_id")
        .values_list("conversation_id", "pk", "content")
    )
    return {conversation: _match(pk, content, query) for conversation, pk, content in found}


def _match(pk: UUID, content: str, query: str) -> Match:
    line = " ".join(MARKUP.sub(" ", without_marks(content[:READ])).split())
    return Match(pk, marked(line, query, most=EXCERPT))
