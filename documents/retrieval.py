"""Search: vectors, full text, and both fused; complete whatever the filter.

The two legs are SQL functions (migration 0005) that run past the row policies, because full-text
operators are not leakproof and would lose their index under one; they check the owner themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from django.db import connection
from pgvector import HalfVector

from accounts import tenancy
from accounts.embedding import embedder_of
from documents import generations
from documents.models import DIMENSION, DocumentChunk, EmbeddingGeneration
from language.terms import query_terms
from providers.base import Vectors
from providers.errors import ProviderError

log = structlog.get_logger(__name__)

MODES = ("hybrid", "vector", "text")
CANDIDATES = 50  # rows each leg hands to the fusion
MEANING = 0.5  # weight of the vector leg; words have the rest (figures in docs/rag.md)
# Below this many chunks in scope an exact scan is both complete and faster than the index.
EXACT_BELOW = 5_000
MAX_QUERY_TERMS = 40


@dataclass(frozen=True)
class SearchScope:
    """What a search may read: one owner's chunks, all of them or those of some documents.

    Made from objects the caller was allowed to see, never from what the caller says.
    """

    owner_id: UUID
    document_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class Passage:
    """A retrieved chunk: fused score (higher is better), cosine similarity (-1 to 1)."""

    chunk_id: UUID
    document_id: UUID
    document_name: str
    content: str
    page: int | None
    section: str
    start_char: int
    end_char: int
    score: float
    similarity: float | None = None
    original: str = ""  # what the document says there, where a person has edited the passage

    def place_of(self, start: int, end: int) -> tuple[int, int]:
        """Where content[start:end] stands in the document's text. Words of a person's own stand
        nowhere: then it is the place of the whole passage that they were put for."""
        if not self.original:
            return self.start_char + start, self.start_char + end
        quote = self.content[start:end]
        if self.original.count(quote) != 1:
            return self.start_char, self.end_char
        at = self.start_char + self.original.index(quote)
        return at, at + len(quote)

    def says(self, quote: str, start_char: int, end_char: int) -> bool:
        """Whether these are the document's own words at this place of it."""
        own = self.original or self.content
        return own[start_char - self.start_char : end_char - self.start_char] == quote

    def as_result(self) -> dict[str, Any]:
        """The passage as the API, the retrieval event and a message's context show it."""
        return {
            "chunk_id": str(self.chunk_id),
            "document_id": str(self.document_id),
            "document_name": self.document_name,
            "content": self.content,
            "page": self.page,
            "section": self.section,
            "start_char": self.start_char,
            "end_char": self.end_char,
            "score": round(self.score, 6),
        }


def search(
    scope: SearchScope, query: str, *, top_k: int = 5, mode: str = "hybrid"
) -> list[Passage]:
    """The best passages for a query, best first: min(top_k, matching chunks) of them.

    The query is embedded before any transaction opens. Raises ProviderError when mode is
    "vector" and the embedder fails; a hybrid search then goes on with full text alone.
    """
    if scope.document_ids == ():
        return []
    generation = generations.present()  # of this search, whichever is in use when it ends
    vector = _embed(scope.owner_id, generation, query, mode)
    depth = max(CANDIDATES, top_k)
    with tenancy.scope(scope.owner_id):
        near = _nearest(scope, generation, vector, depth) if vector is not None else {}
        matching = _matching(scope, generation, query, depth) if mode != "vector" else {}
        if vector is not None:
            near |= _similarities(matching.keys() - near.keys(), generation, vector)
        scores = fuse(near, matching)
        best = sorted(scores, key=lambda chunk: (-scores[chunk], chunk))[:top_k]
        return _load(best, scores, near)


def fuse(near: Mapping[UUID, float], matching: Mapping[UUID, float]) -> dict[UUID, float]:
    """Chunk → score (0 to 1): a convex combination of similarity and lexical score.

    Similarities are stretched over the candidates (e5's lie in a narrow band), lexical scores
    measured by the best. Better than fusing ranks, which lets common words outvote a rare one
    that only full text can see (Bruch et al. 2023, arXiv:2210.11934).
    """
    low = min(near.values(), default=0.0)
    band = max(near.values(), default=0.0) - low
    most = max(matching.values(), default=0.0)
    return {
        chunk: MEANING * _part(near.get(chunk, low) - low, band)
        + (1 - MEANING) * _part(matching.get(chunk, 0.0), most)
        for chunk in near.keys() | matching.keys()
    }


def _part(value: float, whole: float) -> float:
    return value / whole if whole else 0.0


def padded(vector: Vectors) -> Vectors:
    """A vector of any length with zeros up to the column's 768: no cosine changes."""
    return np.pad(vector, (0, DIMENSION - len(vector)))


def _embed(owner_id: UUID, generation: EmbeddingGeneration, query: str, mode: str) -> str | None:
    if mode == "text":
        return None
    try:
        with embedder_of(owner_id, generation.model) as embedder:
            return HalfVector(padded(embedder.embed_query(query))).to_text()
    except ProviderError as error:
        if mode == "vector":
            raise
        log.warning("search_without_vectors", reason=str(error))
        return None


def _nearest(
    scope: SearchScope, generation: EmbeddingGeneration, vector: str, limit: int
) -> dict[UUID, float]:
    """Chunk → cosine similarity (-1 to 1), nearest first."""
    return _rows(
        "SELECT chunk_id, 1 - distance FROM documents_nearest(%s, %s::halfvec, %s, %s, %s, %s)",
        [scope.owner_id, vector, generation.pk, _ids(scope), limit, EXACT_BELOW],
    )


def _similarities(
    chunks: Collection[UUID], generation: EmbeddingGeneration, vector: str
) -> dict[UUID, float]:
    """The same for chunks that only full text has found."""
    if not chunks:
        return {}
    return _rows(
        "SELECT id, 1 - (embedding <=> %s::halfvec) FROM documents_documentchunk"
        " WHERE id = ANY (%s) AND generation_id = %s",
        [vector, list(chunks), generation.pk],
    )


def _matching(
    scope: SearchScope, generation: EmbeddingGeneration, query: str, limit: int
) -> dict[UUID, float]:
    """Chunk → lexical score, best first."""
    terms = query_terms(query)[:MAX_QUERY_TERMS]
    if not terms:
        return {}
    return _rows(
        "SELECT chunk_id, score FROM documents_matching(%s, %s, %s, %s, %s)",
        [scope.owner_id, terms, generation.pk, _ids(scope), limit],
    )


def _ids(scope: SearchScope) -> list[UUID] | None:
    return None if scope.document_ids is None else list(scope.document_ids)


def _rows(sql: str, parameters: list[Any]) -> dict[UUID, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def _load(best: list[UUID], scores: dict[UUID, float], near: dict[UUID, float]) -> list[Passage]:
    chunks = (
        DocumentChunk.objects.select_related("document")
        .only(
            *("content", "original", "page", "section", "start_char", "end_char"), "document__name"
        )
        .in_bulk(best)
    )
    return [
        Passage(
            chunk_id=pk,
            document_id=chunk.document_id,
            document_name=chunk.document.name,
            content=chunk.content,
            page=chunk.page,
            section=chunk.section,
            start_char=chunk.start_char,
            end_char=chunk.end_char,
            score=scores[pk],
            similarity=near.get(pk),
            original=chunk.original,
        )
        for pk in best
        if (chunk := chunks.get(pk))
    ]
