"""A worker's shift: it works off documents while there are any, then lets others at the worker."""

from __future__ import annotations

import time

from accounts.delivery import QUIET_SECONDS, nudge
from documents import ingestion
from documents.work import turns
from documents.work.lease import KIND, Lease

LONGEST = 30.0  # seconds; the work of other queues waits so long


def work() -> None:
    """Ingest what may be taken. Whoever takes something calls another worker for the rest.

    Messages that follow one another closely are only sent once (accounts.delivery), so at the end
    a worker looks a last time, after such a pause.
    """
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        batch = turns.take_together() or _last_look()
        if not batch:
            return
        nudge(KIND)
        ingestion.ingest(batch)
    nudge(KIND)


def _last_look() -> list[Lease]:
    time.sleep(1.5 * QUIET_SECONDS)
    return turns.take_together()
