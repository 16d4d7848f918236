"""Whose document is next: workers are shared fairly between owners.

A message to a worker names no document, it says that there is work. The worker takes the document
whose owner has the fewest before it, so a library of thousands does not make anybody else wait;
and no owner holds every worker, so slow documents do not either.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from accounts.tenancy import system
from documents.lease import KIND, Lease, claim

# A document's turn: how many of its owner's are at work, and waiting before it. One that failed
# waits until its time has come; all of an owner's wait who has paused the queue.
NEXT = """
    WITH at_work AS (
        SELECT owner_id, count(*) AS held FROM documents_document
        WHERE status = 'processing' AND lease_until >= now() GROUP BY owner_id
    ), waiting AS (
        SELECT d.id, d.owner_id, d.created_at, coalesce(w.held, 0) AS held
        FROM documents_document d
        JOIN accounts_pendingtask p ON p.kind = %(kind)s AND p.object_id = d.id
        LEFT JOIN at_work w ON w.owner_id = d.owner_id
        LEFT JOIN documents_queuepause q ON q.owner_id = d.owner_id
        WHERE d.status = 'pending' AND (d.failures = 0 OR p.due_at <= now()) AND q.owner_id IS NULL
           OR d.status = 'processing' AND d.lease_until < now()
    )
    SELECT id, owner_id FROM waiting WHERE held < %(most)s
    ORDER BY held + row_number() OVER (PARTITION BY owner_id ORDER BY created_at, id), created_at
    LIMIT 1
"""
# One worker chooses at a time, or several would see the same owner holding nothing yet.
CHOOSE_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('documents.turns', 9))"


def take() -> Lease | None:
    """Claim the document whose turn it is; None when there is none that may be taken now."""
    with system(), connection.cursor() as cursor:
        cursor.execute(CHOOSE_ALONE)
        cursor.execute(NEXT, {"kind": KIND, "most": settings.INGESTIONS_PER_OWNER})
        chosen = cursor.fetchone()
        return claim(*chosen) if chosen else None
