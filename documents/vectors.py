"""Vectors for passages: taken from an identical passage of the same owner, else embedded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from uuid import UUID

import numpy as np
from pgvector import HalfVector

from accounts.embedding import embedder_of
from accounts.tenancy import scope
from documents.models import DIMENSION, DocumentChunk, EmbeddingGeneration
from documents.passages import text_of
from providers.base import Vectors

LOOKED_UP_AT_ONCE = 1000
Asking = Callable[[Callable[[], Vectors]], Vectors]


def fill(
    owner_id: UUID,
    chunks: Sequence[DocumentChunk],
    generation: EmbeddingGeneration,
    between: Callable[[float], None] = lambda _part: None,
    asking: Asking = lambda ask: ask(),
) -> Counter[UUID]:
    """Give every chunk its vector; returns the tokens that were embedded, by document.

    A passage that the owner has already, in this generation or twice among these, is not embedded
    again. `between` is called before each batch with the part that is done, `asking` with the call
    that may hang, to make it. Raises ProviderError.
    """
    known = _stored(owner_id, generation, list({chunk.passage_hash for chunk in chunks}))
    new = {chunk.passage_hash: chunk for chunk in reversed(chunks)}
    missing = [chunk for passage, chunk in new.items() if passage not in known]
    known |= _embedded(owner_id, generation, missing, between, asking)
    for chunk in chunks:
        chunk.generation, chunk.embedding_model = generation, generation.model
        chunk.embedding = known[chunk.passage_hash]
    tokens: Counter[UUID] = Counter()
    for chunk in missing:
        tokens[chunk.document_id] += chunk.token_count
    return tokens


def _stored(
    owner_id: UUID, generation: EmbeddingGeneration, passages: list[UUID | None]
) -> dict[UUID | None, HalfVector]:
    found: dict[UUID | None, HalfVector] = {}
    with scope(owner_id):
        rows = DocumentChunk.objects.filter(owner_id=owner_id, generation=generation)
        for start in range(0, len(passages), LOOKED_UP_AT_ONCE):
            some = passages[start : start + LOOKED_UP_AT_ONCE]
            same = rows.filter(passage_hash__in=some).order_by()
            stored = same.values_list("passage_hash", "embedding")
            found |= {passage: HalfVector(vector) for passage, vector in stored}
    return found


def _embedded(
    owner_id: UUID,
    generation: EmbeddingGeneration,
    chunks: list[DocumentChunk],
    between: Callable[[float], None],
    asking: Asking,
) -> dict[UUID | None, HalfVector]:
    found: dict[UUID | None, HalfVector] = {}
    if not chunks:
        return found
    with embedder_of(owner_id, generation.model) as embedder:
        for start in range(0, len(chunks), embedder.batch_size):
            between(start / len(chunks))
            batch = chunks[start : start + embedder.batch_size]
            texts = [text_of(chunk) for chunk in batch]
            vectors = halves(asking(partial(embedder.embed_passages, texts)))
            found |= zip((chunk.passage_hash for chunk in batch), vectors, strict=True)
    return found


def halves(vectors: Vectors) -> Iterable[HalfVector]:
    """As the column keeps them: of 16 bits, with zeros up to its length (no cosine changes)."""
    wide = np.zeros((len(vectors), DIMENSION), np.float16)
    wide[:, : vectors.shape[1]] = vectors
    return map(HalfVector, wide)
