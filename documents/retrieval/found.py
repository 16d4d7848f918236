"""What a search has found: passages, with what each leg, fusion and reranking said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from documents.retrieval.parameters import Parameters


@dataclass(frozen=True)
class Passage:
    """A retrieved chunk: fused score (higher is better), cosine similarity (-1 to 1).

    Ranks count from 1 and are None where a leg did not find it among its candidates.
    """

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
    lexical: float | None = None  # BM25
    near_rank: int | None = None
    matching_rank: int | None = None
    has_phrase: bool = False  # holds what the question has in quotation marks
    original: str = ""  # what the document says there, where a person has edited the passage
    rerank_score: float | None = None
    like: UUID | None = None  # the better passage that says nearly the same

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
            "score": round(self.score if self.rerank_score is None else self.rerank_score, 6),
            "similar_to": str(self.like) if self.like else None,
        }


@dataclass(frozen=True)
class Search:
    """One search: the passages it returns, and every candidate behind them for who looks closer.

    `fused` are in the order of the fusion, `ordered` those of them that are good enough, reranked,
    with near-duplicates behind, and `passages` the first of these, as they are handed on. `ms`
    tells the milliseconds of its parts.
    """

    query: str
    parameters: Parameters
    passages: list[Passage]
    fused: list[Passage] = field(default_factory=list)
    ordered: list[Passage] = field(default_factory=list)
    ms: dict[str, float] = field(default_factory=dict)
    without_vectors: str = ""  # why, when the embedder failed
    not_reranked: str = ""  # why, when the reranker failed
