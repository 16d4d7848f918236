"""What a search may read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class SearchScope:
    """One owner's chunks, all of them or those of some documents.

    Made from objects the caller was allowed to see, never from what the caller says.
    """

    owner_id: UUID
    document_ids: tuple[UUID, ...] | None = None
    chatbot_id: UUID | None = None  # through whose eyes, for the log

    def narrowed(self, ids: set[UUID]) -> SearchScope:
        within = ids if self.document_ids is None else ids.intersection(self.document_ids)
        return SearchScope(self.owner_id, tuple(sorted(within)), self.chatbot_id)
