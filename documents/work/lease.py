"""A worker's hold on documents: claimed by a conditional UPDATE, kept by heartbeats, fenced.

Every write of the holder carries the lease's token. Whoever lost the lease (too slow, cancelled,
deleted) changes zero rows and stops. Documents claimed together have the same token.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.delivery import PendingTask, owe_each
from accounts.tenancy import scope
from documents.models import Document
from documents.signals import document_processed
from documents.work.heartbeats import beating

KIND = "document.ingest"
SEEN_SECONDS = 0.5  # pages ask every other second
MAX_CLAIMS = 10  # a worker that dies is not the document's fault, but not for ever


class LeaseLost(Exception):
    """Another worker, a cancel or a delete has taken the document away."""


@dataclass
class Lease:
    """`taken` is the document as it was claimed."""

    taken: Document
    token: UUID
    stage_times: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False  # as far as is known without asking
    _beaten_at: float = field(default_factory=time.monotonic)
    _unwritten: tuple[str, int] | None = None  # stage and percentage

    @property
    def document_id(self) -> UUID:
        return self.taken.pk

    @property
    def owner_id(self) -> UUID:
        return self.taken.owner_id

    def advance(self, stage: str, progress: int) -> Document:
        """Note the stage and percentage, and hold the lease for its full length again."""
        self._reached(stage)
        with scope(self.owner_id):
            document = self.document()
            times = document.stage_times | self.stage_times
            self._hold(stage=stage, progress=progress, stage_times=times)
        self._unwritten = None
        return document

    def begin(self) -> None:
        """Its turn has come, among documents claimed together: its stages count from now."""
        self._beaten_at = time.monotonic()

    def pass_through(self, stage: str, progress: int) -> None:
        """`advance`, unless the row was written just now: most stages of most documents are over
        before anyone could read of them, and their times are stored in the end all the same. What
        takes longer is written with the next beat."""
        self._reached(stage)
        self._unwritten = stage, progress
        if time.monotonic() - self._beaten_at >= SEEN_SECONDS:
            self.advance(stage, progress)

    def _reached(self, stage: str) -> None:
        self.stage_times.setdefault(stage, timezone.now().isoformat())

    def beat(self) -> None:
        """Still working. Cheap to call often: the row is written once per heartbeat, but a lost
        lease is noticed within a second."""
        if self._unwritten and time.monotonic() - self._beaten_at >= SEEN_SECONDS:
            self.advance(*self._unwritten)
            return
        with scope(self.owner_id):
            if time.monotonic() - self._beaten_at < settings.HEARTBEAT_SECONDS:
                self.document()
            else:
                self._hold()

    def check(self) -> None:
        """For work in another thread that nobody waits for any more; asks no database."""
        if self.is_lost:
            raise LeaseLost

    def document(self, *, lock: bool = False) -> Document:
        """The document while the lease holds; raises LeaseLost otherwise. Call inside a scope."""
        rows = Document.objects.select_for_update() if lock else Document.objects.all()
        document = rows.filter(pk=self.document_id, lease_token=self.token).first()
        if document is None:
            raise LeaseLost
        return document

    def fail(
        self, code: str, message: str, *, permanent: bool, retry_after: float | None = None
    ) -> None:
        """Give the document back: to try again a little later (`retry_after` seconds at least), or
        as an error with its reason."""
        with scope(self.owner_id):
            document = self.document(lock=True)
            document.stage_times |= self.stage_times
            document.stage = [document.stage, *self.stage_times][-1]
            document.failures += 1
            give_up = permanent or document.failures >= settings.MAX_ATTEMPTS
            if not permanent and give_up:
                message = _("%(reason)s Tried %(count)s times.") % {
                    "reason": message,
                    "count": document.failures,
                }
            if give_up:
                end_with_error(document, code, message)
            else:
                _try_again(document, message, max(2.0**document.failures, retry_after or 0))

    def _hold(self, **changes: object) -> None:
        until = Now() + dt.timedelta(seconds=settings.LEASE_SECONDS)
        rows = Document.objects.filter(pk=self.document_id, lease_token=self.token)
        if not rows.update(lease_until=until, heartbeat_at=Now(), **changes):
            raise LeaseLost
        PendingTask.objects.filter(kind=KIND, object_id=self.document_id).update(due_at=until)
        self._beaten_at = time.monotonic()


def claim(document_id: UUID, owner_id: UUID) -> Lease | None:
    """Take a document that waits, or whose last worker fell silent; None when there is nothing."""
    return next(iter(claim_all([document_id], owner_id)), None)


def claim_all(document_ids: Sequence[UUID], owner_id: UUID) -> list[Lease]:
    """Take those of an owner's documents that may be taken, in the order given."""
    token = uuid4()
    free = Q(status=Document.Status.PENDING) | Q(
        status=Document.Status.PROCESSING, lease_until__lt=Now()
    )
    until = Now() + dt.timedelta(seconds=settings.LEASE_SECONDS)
    with scope(owner_id):
        claimed = Document.objects.filter(free, pk__in=document_ids).update(
            status=Document.Status.PROCESSING,
            lease_token=token,
            lease_until=until,
            heartbeat_at=Now(),
            attempt=F("attempt") + 1,
        )
        if not claimed:
            return []
        found = Document.objects.filter(lease_token=token).in_bulk(document_ids)
        PendingTask.objects.filter(kind=KIND, object_id__in=found).update(
            due_at=until, attempts=F("attempts") + 1
        )
        taken = [found[pk] for pk in document_ids if pk in found]
        return [Lease(document, token) for document in taken if not _is_given_up(document)]


def give_back(batch: Sequence[Lease]) -> None:
    """Others may take what was claimed and not begun."""
    with scope(batch[0].owner_id):
        rows = Document.objects.filter(
            pk__in=[held.document_id for held in batch], lease_token=batch[0].token
        ).select_for_update()
        returned = list(rows.values_list("pk", flat=True))
        Document.objects.filter(pk__in=returned).update(
            status=Document.Status.PENDING,
            lease_token=None,
            lease_until=None,
            attempt=F("attempt") - 1,
        )
        owe_each(KIND, returned, batch[0].owner_id)


def _is_given_up(document: Document) -> bool:
    if document.attempt <= MAX_CLAIMS:
        return False
    message = _("Processing was interrupted %s times. Try again, or upload the file anew.")
    end_with_error(document, "interrupted", message % MAX_CLAIMS)
    return True


def kept_alive(batch: Sequence[Lease]) -> AbstractContextManager[None]:
    """Beats for documents claimed together, while the block computes and waits for others."""
    return beating(partial(_hold_all, batch[0]), LeaseLost)


def _hold_all(held: Lease) -> None:
    until = Now() + dt.timedelta(seconds=settings.LEASE_SECONDS)
    with scope(held.owner_id):
        rows = Document.objects.filter(owner_id=held.owner_id, lease_token=held.token)
        documents = list(rows.values_list("pk", flat=True))
        if not rows.update(lease_until=until, heartbeat_at=Now()):
            raise LeaseLost
        PendingTask.objects.filter(kind=KIND, object_id__in=documents).update(due_at=until)


def end_with_error(document: Document, code: str, message: str) -> None:
    """Close the work with a reason. Chunks of an earlier success stay and are still found."""
    _release(document, Document.Status.ERROR)
    document.error_code, document.error_message = code, message
    document.save()
    PendingTask.objects.filter(kind=KIND, object_id=document.pk).delete()
    document_processed.send(Document, document=document)


def _try_again(document: Document, message: str, seconds: float) -> None:
    due = timezone.now() + dt.timedelta(seconds=seconds)
    _release(document, Document.Status.PENDING)
    # Its task's time cannot say so: whoever sweeps moves it on.
    document.lease_until = due
    document.stage, document.progress = Document.Stage.QUEUED, 0
    document.stage_times = {Document.Stage.QUEUED: timezone.now().isoformat()}
    document.save()
    PendingTask.objects.filter(kind=KIND, object_id=document.pk).update(
        due_at=due, last_error=message
    )


def _release(document: Document, status: str) -> None:
    document.status = status
    document.lease_token = document.lease_until = None
