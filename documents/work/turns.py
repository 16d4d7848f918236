"""Whose documents are next: workers are shared fairly between owners.

A message to a worker names no document, it says that there is work. The worker takes the document
whose owner has the fewest before it, so a library of thousands does not make anybody else wait;
and no owner holds every worker, so slow documents do not either. Small documents of one owner are
taken together, which costs a third of taking them one by one.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from accounts.tenancy import system
from documents.work.lease import KIND, Lease, claim_all

TOGETHER = 16
SMALL = 200_000  # bytes
# A document's turn: how many workers its owner holds, and how many documents wait before it. One
# that failed waits until its time has come; all of an owner's wait who has paused the queue. What
# has ended a worker's life, or failed, is never taken together with others.
NEXT = """
    WITH at_work AS (
        SELECT owner_id, lease_token FROM documents_document
        WHERE status = 'processing' AND lease_until >= now() GROUP BY owner_id, lease_token
    ), holding AS (
        SELECT owner_id, count(*) AS held FROM at_work GROUP BY owner_id
    ), waiting AS (
        SELECT d.id, d.owner_id, d.created_at, coalesce(h.held, 0) AS held,
               d.attempt = 0 AND d.source_url = '' AND d.file_size <= %(small)s AS is_small
        FROM documents_document d
        JOIN accounts_pendingtask p ON p.kind = %(kind)s AND p.object_id = d.id
        LEFT JOIN holding h ON h.owner_id = d.owner_id
        LEFT JOIN documents_queuepause q ON q.owner_id = d.owner_id
        WHERE d.status = 'pending' AND q.owner_id IS NULL
              AND (d.lease_until IS NULL OR d.lease_until <= now())
           OR d.status = 'processing' AND d.lease_until < now()
    ), first AS (
        SELECT * FROM waiting
        WHERE held < %(per_owner)s AND (SELECT count(*) FROM at_work) < %(at_once)s
        ORDER BY held + row_number() OVER (PARTITION BY owner_id ORDER BY created_at, id),
                 created_at
        LIMIT 1
    )
    SELECT w.id, w.owner_id FROM first f JOIN waiting w ON w.owner_id = f.owner_id
    WHERE w.id = f.id OR w.is_small AND f.is_small
    ORDER BY w.id = f.id DESC, w.created_at, w.id
    LIMIT %(together)s
"""
# One worker chooses at a time, or several would see the same owner holding nothing yet.
CHOOSE_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('documents.turns', 9))"


def take() -> Lease | None:
    """Claim the document whose turn it is; None when there is none that may be taken now."""
    return next(iter(take_together(1)), None)


def take_together(most: int = TOGETHER) -> list[Lease]:
    """The same, with small documents that go with it."""
    with system(), connection.cursor() as cursor:
        cursor.execute(CHOOSE_ALONE)
        cursor.execute(
            NEXT,
            {
                "kind": KIND,
                "small": SMALL,
                "per_owner": settings.INGESTIONS_PER_OWNER,
                "at_once": settings.INGESTIONS_AT_ONCE,
                "together": most,
            },
        )
        chosen = cursor.fetchall()
        return claim_all([pk for pk, _owner in chosen], chosen[0][1]) if chosen else []
