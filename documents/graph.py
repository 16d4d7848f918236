"""Which passages are in the indexes of search: those of owners with more than a scan reads as fast.

That is one of 16 graphs of vectors (HNSW), by the owner's id, and the index of terms. To enter them
costs a passage more than everything else PostgreSQL does for it. So rows are added outside, and
whoever has too many outside is brought in by upkeep. Search reads both sides at any time
(`documents_search`).
"""

from __future__ import annotations

import time
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Count

from accounts.tenancy import system
from documents import generations
from documents.models import DocumentChunk

log = structlog.get_logger(__name__)
MANY = 5_000  # passages of an owner outside; as many as search scans (candidates.EXACT_BELOW)
AT_ONCE = 250  # rows of one transaction: half a second
LONGEST = 20.0  # seconds; the next turn goes on
ANALYZE = "ANALYZE documents_documentchunk"


def extend() -> int:
    """Bring in the passages of owners who have many outside; returns how many, for now."""
    ends, entered = time.monotonic() + LONGEST, 0
    for owner_id in owners_with_many():
        while time.monotonic() < ends and (some := _enter(owner_id)):
            entered += some
    if entered:
        log.info("graph_extended", passages=entered)
        with system(), connection.cursor() as cursor:
            cursor.execute(ANALYZE)  # the planner chooses between graph and scan by these figures
    return entered


def owners_with_many() -> list[UUID]:
    with system():
        outside = DocumentChunk.objects.filter(indexed=False, generation=generations.present())
        many = outside.order_by().values("owner_id").annotate(count=Count("pk"))
        return list(many.filter(count__gt=MANY).values_list("owner_id", flat=True))


def _enter(owner_id: UUID) -> int:
    """Some rows; those that somebody is changing have their turn later."""
    with system():
        outside = DocumentChunk.objects.filter(
            owner_id=owner_id, generation=generations.present(), indexed=False
        )
        some = outside.order_by().select_for_update(skip_locked=True).values_list("pk", flat=True)
        return DocumentChunk.objects.filter(pk__in=list(some[:AT_ONCE])).update(indexed=True)
