"""What a generation lacks: passages that stand in the one in use, or were left in an older one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from documents.models import EmbeddingGeneration

FIRST_ID = UUID(int=0)
# A document is read from the present generation, or, where it has nothing there, from the newest
# past one: that is what a change of the setting left behind before there were generations. The
# present generation gets a document whole or not at all, since it is searched meanwhile.
DOCUMENTS = """
    FROM documents_document d CROSS JOIN LATERAL (
        SELECT g.id FROM documents_embeddinggeneration g
        WHERE g.state IN ('present', 'past') AND g.id <> %(target)s
          AND (g.state = 'present' OR g.present_from IS NOT NULL)
          AND EXISTS (SELECT FROM documents_documentchunk c
                      WHERE c.document_id = d.id AND c.generation_id = g.id)
        ORDER BY g.state = 'present' DESC, g.id DESC LIMIT 1
    ) source
    WHERE d.id > %(after)s
      AND (%(partly)s OR NOT EXISTS (SELECT FROM documents_documentchunk t
                          WHERE t.document_id = d.id AND t.generation_id = %(target)s))
      AND EXISTS (
          SELECT FROM documents_documentchunk c
          WHERE c.document_id = d.id AND c.generation_id = source.id
            AND NOT EXISTS (SELECT FROM documents_documentchunk t
                            WHERE t.document_id = c.document_id AND t.generation_id = %(target)s
                              AND t.chunk_index = c.chunk_index)
      )
"""
FIRST = f"SELECT d.id, d.owner_id, source.id {DOCUMENTS} ORDER BY d.id LIMIT 1"
COUNT = f"""
    SELECT (SELECT count(*) FROM documents_document d
            WHERE EXISTS (SELECT FROM documents_documentchunk c WHERE c.document_id = d.id)),
           (SELECT count(*) {DOCUMENTS})
"""  # noqa: S608


@dataclass(frozen=True)
class Lacking:
    """A document that has passages in `source_id` which the target lacks."""

    document_id: UUID
    owner_id: UUID
    source_id: int


def first(target: EmbeddingGeneration, after: UUID | None = None) -> Lacking | None:
    """The first document by id that lacks passages. Call it inside system()."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, _asked(target, after))
        found = cursor.fetchone()
    return Lacking(*found) if found else None


def count(target: EmbeddingGeneration) -> tuple[int, int]:
    """How many documents have passages, and how many of them lack some in the target."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, _asked(target, None))
        total, without = cursor.fetchone() or (0, 0)
    return total, without


def _asked(target: EmbeddingGeneration, after: UUID | None) -> dict[str, int | UUID | bool]:
    partly = target.state == EmbeddingGeneration.State.FUTURE
    return {"target": target.pk, "after": after or FIRST_ID, "partly": partly}
