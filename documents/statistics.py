"""How rare an owner's words are: counted anew when the owner's passages have changed by a tenth.

Rarity is a logarithm, so figures that are a tenth behind rank the same; counting in proportion to
growth costs each passage ten readings in its life, 15 µs each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection

from accounts.tenancy import scope
from documents import generations
from documents.models import DocumentChunk, EmbeddingGeneration, TermStatistics

CHANGED = 0.1
MOST = 30_000  # the commonest terms: every search reads the list, and rare ones are alike rare
AT_ONCE = 5_000
PAGE = """SELECT id, lexical FROM documents_documentchunk
    WHERE owner_id = %s AND generation_id = %s AND id > %s AND lexical IS NOT NULL
    ORDER BY id LIMIT %s"""
HEAD = 12  # bytes of a sparsevec in binary form before the numbers of its terms


def refresh(owner_id: UUID) -> bool:
    """Count the words of the owner's passages if that is due; returns whether it was."""
    with scope(owner_id):
        generation = generations.present()
        rows = DocumentChunk.objects.filter(owner_id=owner_id, generation=generation)
        chunks = rows.order_by().count()
        before = TermStatistics.objects.filter(owner_id=owner_id).only("chunks").first()
        if before and abs(chunks - before.chunks) <= CHANGED * before.chunks:
            return False
        terms, counts = counted(owner_id, generation)
        TermStatistics.objects.update_or_create(
            owner_id=owner_id,
            defaults={"chunks": chunks, "terms": terms, "counts": counts},
        )
    return True


def counted(owner_id: UUID, generation: EmbeddingGeneration) -> tuple[list[int], list[int]]:
    """The commonest terms in more than one passage, ascending, and in how many they are."""
    terms, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    for vectors in _read(owner_id, generation):
        numbers = np.concatenate([_terms(vector) for vector in vectors])
        new, times = np.unique(numbers, return_counts=True)
        both = np.concatenate([terms, new])
        terms, where = np.unique(both, return_inverse=True)
        counts = np.bincount(where, np.concatenate([counts, times])).astype(np.int64)
    least = np.partition(counts, -MOST)[-MOST] if len(counts) > MOST else 1
    common = counts > max(least, 1)
    return terms[common].tolist(), counts[common].tolist()


def _read(owner_id: UUID, generation: EmbeddingGeneration) -> Iterator[list[bytes]]:
    """The vectors in PostgreSQL's binary form, some thousand at once."""
    after = UUID(int=0)
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own knows no binary
        while True:
            asked: list[Any] = [owner_id, generation.pk, after, AT_ONCE]
            rows = cursor.execute(PAGE, asked, binary=True).fetchall()
            if not rows:
                return
            yield [vector for _pk, vector in rows]
            after = rows[-1][0]


def _terms(vector: bytes) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of the terms of one passage, from 1."""
    count = int.from_bytes(vector[4:8], "big")
    return np.frombuffer(vector, ">i4", count, HEAD).astype(np.int64) + 1
