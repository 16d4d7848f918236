"""A document's passages, written again for another generation: the same rows, other vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog
from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL
from uuid_utils.compat import uuid7

from accounts.embedding import own_accounts
from accounts.tenancy import scope
from billing.models import RequestType
from billing.usage import record_usage
from documents import generations, passages, vectors
from documents.models import Document, DocumentChunk, EmbeddingGeneration
from documents.reembedding.lacking import Lacking
from providers import registry
from providers.base import Usage
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
# Passages between two looks at who else waits: some seconds with the offline model.
WRITTEN_AT_ONCE = 64
# What the new row has for itself. All else is taken from the old one as it stands then.
NEW = {
    "id": "fresh.new_id",
    "generation_id": "%(generation)s",
    "embedding": "fresh.embedding::halfvec",
    "embedding_model": "%(model)s",
    "created_at": "now()",
}
COPIED = [
    str(field.column)
    for field in DocumentChunk._meta.concrete_fields
    if not field.generated and field.column not in NEW
]
# A passage that was changed since it was read is left out: its row has another version now.
WRITE = f"""
    INSERT INTO documents_documentchunk ({", ".join([*NEW, *COPIED])})
    SELECT {", ".join([*NEW.values(), *(f"c.{column}" for column in COPIED)])}
    FROM unnest(%(ids)s::uuid[], %(new_ids)s::uuid[], %(versions)s::text[], %(vectors)s::text[])
        AS fresh (id, new_id, version, embedding)
    JOIN documents_documentchunk c ON c.id = fresh.id AND c.xmin::text = fresh.version
    FOR SHARE OF c
    ON CONFLICT (document_id, generation_id, chunk_index) DO NOTHING
"""  # noqa: S608 (column names of our own)


@dataclass(frozen=True)
class Spent:
    """What was embedded, and whether with the person's own key."""

    tokens: int
    own_key: bool


def fill(found: Lacking, target: EmbeddingGeneration, between: Callable[[], bool]) -> bool:
    """Write what the target lacks of the document; False when `between` has said to stop.

    A generation to come gets it in small transactions, since nobody sees it; the present one in
    one. Raises ProviderError, and Replaced when the target is no longer what it was.
    """
    is_seen = target.state == generations.PRESENT
    kept: list[DocumentChunk] = []
    for batch in _read(found, target):
        spent = _embed(found, target, batch)
        kept += batch
        if not is_seen:
            _write(found, target, kept)
            kept = []
        _note_usage(found, target, spent)
        if not between() and not is_seen and len(batch) == WRITTEN_AT_ONCE:
            return False
    _write(found, target, kept)
    return True


def _read(found: Lacking, target: EmbeddingGeneration) -> Iterator[list[DocumentChunk]]:
    after = -1
    while chunks := _next(found, target, after):
        yield chunks
        after = chunks[-1].chunk_index


def _next(found: Lacking, target: EmbeddingGeneration, after: int) -> list[DocumentChunk]:
    there = DocumentChunk.objects.filter(document_id=found.document_id, generation=target).values(
        "chunk_index"
    )
    with scope(found.owner_id):
        chunks = (
            DocumentChunk.objects.filter(
                document_id=found.document_id, generation=found.source_id, chunk_index__gt=after
            )
            .exclude(chunk_index__in=there)
            .annotate(version=RawSQL("documents_documentchunk.xmin::text", []))
            .order_by("chunk_index")
        )
        return list(chunks.light()[:WRITTEN_AT_ONCE])


def _embed(found: Lacking, target: EmbeddingGeneration, chunks: list[DocumentChunk]) -> Spent:
    """Give each its vector. Where the person's own account fails, the platform's steps in: it is
    at the same server, and one refused key must not hold up everybody's change."""
    for chunk in chunks:
        if chunk.passage_hash is None:
            passages.index(chunk)
    own = own_accounts(found.owner_id, target.model)
    try:
        tokens = vectors.fill(found.owner_id, chunks, target)
        return Spent(tokens.total(), bool(own))
    except ProviderError as error:
        if not own:
            raise
        log.warning("own_key_failed", owner=str(found.owner_id), reason=str(error))
    platform = registry.embedder(name=target.model)
    found_vectors = platform.embed_passages([passages.text_of(chunk) for chunk in chunks])
    for chunk, vector in zip(chunks, vectors.halves(found_vectors), strict=True):
        chunk.embedding = vector
    return Spent(sum(chunk.token_count for chunk in chunks), own_key=False)


def _write(found: Lacking, target: EmbeddingGeneration, chunks: list[DocumentChunk]) -> None:
    if not chunks:
        return
    with scope(found.owner_id):
        generations.hold(target)
        # Whoever reads the document again has it locked, too, before its passages.
        if Document.objects.select_for_update().filter(pk=found.document_id).exists():
            _insert(target, chunks)


def _note_usage(found: Lacking, target: EmbeddingGeneration, spent: Spent) -> None:
    if not spent.tokens:
        return
    with scope(found.owner_id):
        record_usage(
            found.owner_id,
            RequestType.EMBEDDING,
            target.model,
            Usage(spent.tokens, 0, exact=False),
            own_key=spent.own_key,
        )
        rows = Document.objects.filter(pk=found.document_id)
        rows.update(tokens_used=F("tokens_used") + spent.tokens)


def _insert(target: EmbeddingGeneration, chunks: list[DocumentChunk]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "generation": target.pk,
                "model": target.model,
                "ids": [chunk.pk for chunk in chunks],
                "new_ids": [uuid7() for _chunk in chunks],
                "versions": [chunk.version for chunk in chunks],  # type: ignore[attr-defined]
                "vectors": [chunk.embedding.to_text() for chunk in chunks],
            },
        )
