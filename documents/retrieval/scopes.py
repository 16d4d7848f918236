"""What a search may read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from documents.filters import ANY, Filters


@dataclass(frozen=True)
class SearchScope:
    """One owner's chunks, all of them or those of some documents, of these what fits the filters.

    Made from objects the caller was allowed to see, never from what the caller says.
    """

    owner_id: UUID
    document_ids: tuple[UUID, ...] | None = None
    chatbot_id: UUID | None = None  # through whose eyes, for the log
    filters: Filters = ANY

    def narrowed(self, ids: set[UUID]) -> SearchScope:
        within = ids if self.document_ids is None else ids.intersection(self.document_ids)
        return replace(self, document_ids=tuple(sorted(within)))
