"""A worker's hold on one run of a source: claimed by a conditional UPDATE, fenced by its token.

A run is done in slices, so that crawling never keeps a worker from documents for long: between
two slices nobody holds it. Sources take turns by owner, and one request at a time goes to a host.
"""

from __future__ import annotations

import datetime as dt
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from documents.models import WebSource
from documents.work.heartbeats import beating

KIND = "web.run"

# The source of the owner who was served longest ago, where its host is not being asked and has
# had its pause.
NEXT = """
    WITH at_work AS (
        SELECT owner_id, host FROM documents_websource WHERE lease_until >= statement_timestamp()
    ), pausing AS (
        SELECT host FROM documents_websource
        WHERE status = 'running' AND not_before > statement_timestamp()
    )
    SELECT s.id, s.owner_id FROM documents_websource s
    JOIN accounts_pendingtask p ON p.kind = %(kind)s AND p.object_id = s.id
    JOIN accounts_user u ON u.id = s.owner_id AND u.is_active
    WHERE s.status IN ('pending', 'running') AND s.not_before <= statement_timestamp()
      AND s.host NOT IN (SELECT host FROM at_work UNION ALL SELECT host FROM pausing)
      AND (SELECT count(*) FROM at_work) < %(most)s
    ORDER BY (SELECT count(*) FROM at_work w WHERE w.owner_id = s.owner_id),
             (SELECT max(served_at) FROM documents_websource w
              WHERE w.owner_id = s.owner_id) NULLS FIRST,
             s.served_at NULLS FIRST, s.created_at
    LIMIT 1
"""
# One worker chooses at a time, or two would ask the same host.
CHOOSE_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('documents.web', 9))"


class RunLost(Exception):
    """Another worker, a cancel or a delete has taken the run away."""


def take() -> Run | None:
    """Claim the run whose turn it is; None when there is none that may be taken now."""
    with system(), connection.cursor() as cursor:
        cursor.execute(CHOOSE_ALONE)
        cursor.execute(NEXT, {"kind": KIND, "most": settings.CRAWLS_AT_ONCE})
        chosen = cursor.fetchone()
        return claim(*chosen) if chosen else None


def claim(source_id: UUID, owner_id: UUID) -> Run | None:
    token = uuid4()
    with scope(owner_id):
        free = WebSource.objects.filter(pk=source_id, status__in=["pending", "running"]).exclude(
            lease_until__gte=Now()
        )
        claimed = free.update(
            status=WebSource.Status.RUNNING, lease_token=token, lease_until=_until()
        )
        if not claimed:
            return None
        tasks = PendingTask.objects.filter(kind=KIND, object_id=source_id)
        tasks.update(due_at=_until(), attempts=F("attempts") + 1)
    return Run(source_id, owner_id, token)


@dataclass
class Run:
    source_id: UUID
    owner_id: UUID
    token: UUID
    _beaten_at: float = field(default_factory=time.monotonic)

    def source(self, *, lock: bool = False) -> WebSource:
        """The source while the run is held; raises RunLost otherwise. Call inside a scope."""
        rows = WebSource.objects.select_for_update() if lock else WebSource.objects.all()
        source = rows.filter(pk=self.source_id, lease_token=self.token).first()
        if source is None:
            raise RunLost
        return source

    def beat(self) -> None:
        """Still working. A run that was cancelled is noticed at once, the row is written once per
        heartbeat."""
        with scope(self.owner_id):
            if time.monotonic() - self._beaten_at < settings.HEARTBEAT_SECONDS:
                self.source()
            else:
                self._hold()

    def kept_alive(self) -> AbstractContextManager[None]:
        """Beats while the block waits for a site that may be silent."""
        return beating(self.beat, RunLost)

    def _hold(self) -> None:
        rows = WebSource.objects.filter(pk=self.source_id, lease_token=self.token)
        if not rows.update(lease_until=_until()):
            raise RunLost
        PendingTask.objects.filter(kind=KIND, object_id=self.source_id).update(due_at=_until())
        self._beaten_at = time.monotonic()

    def release(self, pause: float) -> None:
        """The end of a slice: whoever is next may go on after `pause` seconds."""
        due = timezone.now() + dt.timedelta(seconds=pause)
        with scope(self.owner_id):
            source = self.source(lock=True)
            let_go(source)
            source.not_before = due
            source.save(update_fields=["lease_token", "lease_until", "served_at", "not_before"])
            PendingTask.objects.filter(kind=KIND, object_id=source.pk).update(due_at=due)


def let_go(source: WebSource) -> None:
    source.lease_token = source.lease_until = None
    source.served_at = timezone.now()


def _until() -> Now:
    return Now() + dt.timedelta(seconds=settings.LEASE_SECONDS)
