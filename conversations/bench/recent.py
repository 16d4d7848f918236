"""Questions that were searched for lately, to try again: those that found little come first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from documents.models import SearchLog

LOOKED_AT = 200  # searches
SHOWN = 12


@dataclass(frozen=True)
class Asked:
    """A question as it was last asked for. `found_little`: fewer passages than asked for were
    there, or none of them holds one of its words."""

    row: SearchLog
    times: int

    @property
    def wanted(self) -> int:
        return self.row.scope.get("top_k", 0)

    @property
    def found(self) -> int:
        return len(self.row.results)

    @property
    def has_words(self) -> bool:
        return any(result.get("matching_rank") for result in self.row.results)

    @property
    def found_little(self) -> bool:
        is_by_words = self.row.scope.get("mode") != "vector"
        return not self.found or (is_by_words and not self.has_words)


def recent_questions(user: User, chatbot_id: UUID | None, origin: str) -> list[Asked]:
    """Of a chatbot, or of the whole library; each question once. Call inside the user's scope."""
    rows = SearchLog.objects.for_user(user).newest_first()
    if chatbot_id:
        rows = rows.filter(chatbot_id=chatbot_id)
    if origin:
        rows = rows.filter(origin=origin)
    asked: dict[str, list[SearchLog]] = {}
    for row in rows[:LOOKED_AT]:
        asked.setdefault(" ".join(row.query.casefold().split()), []).append(row)
    questions = [Asked(same[0], len(same)) for same in asked.values()]
    return sorted(questions, key=lambda question: not question.found_little)[:SHOWN]
