"""The passages next to one, so that a small match brings its surroundings."""

from __future__ import annotations

from django.db.models import QuerySet

from documents.models import DocumentChunk

MOST = 20  # on either side


def around(chunk: DocumentChunk, before: int = 1, after: int = 1) -> QuerySet[DocumentChunk]:
    """The chunk among its neighbours, in reading order; only those of its own generation."""
    first = chunk.chunk_index - min(before, MOST)
    last = chunk.chunk_index + min(after, MOST)
    near = DocumentChunk.objects.filter(
        owner=chunk.owner_id,
        document=chunk.document_id,
        generation=chunk.generation_id,
        chunk_index__range=(first, last),
    )
    return near.light().order_by("chunk_index")
