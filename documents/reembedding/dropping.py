"""After a switch: documents name the new model, and the old passages go when no search is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.tenancy import system
from documents.models import Document, DocumentChunk, EmbeddingGeneration

# A search that began with a generation reads it to the end, even if its model takes a minute.
GRACE = dt.timedelta(minutes=2)
AT_ONCE = 100  # documents in one transaction
PAST = EmbeddingGeneration.State.PAST


def waiting() -> list[EmbeddingGeneration]:
    """Past generations of which something is left, the next due first."""
    left = EmbeddingGeneration.objects.filter(state=PAST, dropped_at=None)
    return sorted(left, key=due_at)


def due_at(generation: EmbeddingGeneration) -> dt.datetime:
    """One that was given up was never searched, so it need not wait."""
    since = generation.past_from or generation.started_at
    return since + GRACE if generation.present_from else since


def name_the_model(present: EmbeddingGeneration) -> None:
    """Documents whose passages were switched tell which model reads them now."""
    others = _holding(present).exclude(embedding_model=present.model)
    _each_some(
        others,
        lambda ids: Document.objects.filter(pk__in=ids).update(embedding_model=present.model),
    )


def drop(generation: EmbeddingGeneration, present: EmbeddingGeneration) -> None:
    """Delete its passages; of one that was in use only those that stand in the present one too."""
    chunks = DocumentChunk.objects.filter(generation=generation)
    spare = _holding(generation)
    if generation.present_from:
        spare = spare.filter(pk__in=_holding(present))
    _each_some(spare, lambda ids: chunks.filter(document__in=ids).delete())
    with system():
        if _holding(generation).exists():
            return
        rows = EmbeddingGeneration.objects.filter(pk=generation.pk)
        if generation.present_from:
            rows.update(dropped_at=timezone.now())
        else:
            rows.delete()


def _holding(generation: EmbeddingGeneration) -> QuerySet[Document]:
    """Documents with passages of this generation."""
    chunks = DocumentChunk.objects.filter(document=OuterRef("pk"), generation=generation)
    return Document.objects.filter(Exists(chunks.order_by()))


def _each_some(documents: QuerySet[Document], act: Callable[[list[UUID]], object]) -> None:
    """Some at once by id. Whichever are being written are left for the next time."""
    rows = documents.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    after = UUID(int=0)
    while True:
        with system():
            ids = list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                return
            act(ids)
        after = ids[-1]
