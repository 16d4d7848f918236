"""A worker's turn at generations: fill for some seconds, switch, clear away.

One worker fills at a time, and not while documents wait to be read. Everything is noted in the
database after each batch, so a killed worker costs one batch.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.delivery import PendingTask, nudge
from accounts.tenancy import system
from documents import generations
from documents.models import Document, EmbeddingGeneration
from documents.reembedding import change, dropping, lacking
from documents.reembedding.change import KIND
from documents.reembedding.filling import fill
from documents.reembedding.lacking import Lacking
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
TURN_SECONDS = 10.0
LEASES = 4  # a batch may wait for its provider, and nothing beats meanwhile
AFTER_UPLOADS = dt.timedelta(seconds=2)
AFTER_FAILURE = dt.timedelta(seconds=5)  # doubled each time
LONGEST_PAUSE = dt.timedelta(minutes=5)
NOW = dt.timedelta()


def work() -> None:
    """Do what is due for some seconds; then somebody should look for the rest."""
    has_more = _fill_for_a_while()
    _clear_away()
    _owe_the_rest()
    if has_more:
        nudge(KIND)


def _fill_for_a_while() -> bool:
    """Whether there is more to do at once."""
    target = change.future() or generations.present()
    turn = Turn.claim(target)
    if turn is None:
        return False
    try:
        return turn.run()
    except generations.Replaced:  # cancelled, or switched by another worker: look anew
        return True


@dataclass
class Turn:
    """The hold of one worker on the generation it fills."""

    target: EmbeddingGeneration
    token: UUID
    ends_at: float

    @classmethod
    def claim(cls, target: EmbeddingGeneration) -> Turn | None:
        token = uuid4()
        free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
        with system():
            rows = EmbeddingGeneration.objects.filter(free, pk=target.pk, state=target.state)
            if not rows.update(lease_token=token, lease_until=_until(_lease())):
                return None
            target.refresh_from_db()
        return cls(target, token, time.monotonic() + TURN_SECONDS)

    def run(self) -> bool:
        while found := self._next():
            try:
                is_whole = fill(found, self.target, self._may_go_on)
            except ProviderError as error:
                self._pause(found, error)
                return False
            if is_whole:
                done = F("documents_done") + 1
                total = Greatest("documents_total", done)  # it may have come since the count
                self._note(position=found.document_id, documents_done=done, documents_total=total)
                _forget_failures()
            if not self._may_go_on():
                return self._make_room()
        self._release(NOW)
        return self.target.state == generations.FUTURE and not change.switch(self.target)

    def _next(self) -> Lacking | None:
        """The document after the last; at the end once more from the beginning, for what was
        left out or has changed."""
        self.target.refresh_from_db()
        with system():
            found = lacking.first(self.target, self.target.position)
            if found is None and self.target.position:
                self.target.position = None
                found = lacking.first(self.target)
            if self.target.position is None:
                total, without = lacking.count(self.target)
                self._note(position=None, documents_total=total, documents_done=total - without)
        return found

    def _may_go_on(self) -> bool:
        self._note(lease_until=_until(_lease()), last_error="")
        return time.monotonic() < self.ends_at and not _uploads_wait()

    def _make_room(self) -> bool:
        others_wait = _uploads_wait()
        self._release(AFTER_UPLOADS if others_wait else NOW)
        return not others_wait

    def _pause(self, found: Lacking, error: ProviderError) -> None:
        """Go on after a while with the next document: this one's turn comes again."""
        log.warning("reembedding_paused", document=str(found.document_id), reason=str(error))
        told = f"{error} ({found.document_id})"
        with system():
            owed = PendingTask.objects.filter(kind=KIND)
            owed.update(attempts=F("attempts") + 1, last_error=told)
            failures = owed.values_list("attempts", flat=True).first() or 1
        self._note(position=found.document_id, last_error=told)
        self._release(min(AFTER_FAILURE * 2 ** min(failures - 1, 10), LONGEST_PAUSE))

    def _release(self, pause: dt.timedelta) -> None:
        self._note(lease_token=None, lease_until=_until(pause))

    def _note(self, **changes: object) -> None:
        with system():
            rows = EmbeddingGeneration.objects.filter(pk=self.target.pk, lease_token=self.token)
            if not rows.update(**changes):
                raise generations.Replaced


def _lease() -> dt.timedelta:
    return dt.timedelta(seconds=LEASES * settings.LEASE_SECONDS)


def _until(pause: dt.timedelta) -> dt.datetime:
    return timezone.now() + pause


def _uploads_wait() -> bool:
    waiting = Q(status=Document.Status.PENDING, failures=0, owner__queue_pause=None)
    with system():
        return Document.objects.filter(waiting).exists()


def _forget_failures() -> None:
    with system():
        PendingTask.objects.filter(kind=KIND, attempts__gt=0).update(attempts=0, last_error="")


def _clear_away() -> None:
    left = dropping.waiting()
    if not left:
        return
    present = generations.present()
    dropping.name_the_model(present)
    for generation in left:
        if dropping.due_at(generation) <= timezone.now():
            dropping.drop(generation, present)


def _owe_the_rest() -> None:
    """The row of the outbox says when to look again, and is deleted when nothing is left."""
    with system():
        owed = PendingTask.objects.select_for_update().filter(kind=KIND)
        if not owed.first():
            return
        due_at = _next_look()
        if due_at:
            PendingTask.objects.filter(kind=KIND).update(due_at=due_at)
        else:
            PendingTask.objects.filter(kind=KIND).delete()


def _next_look() -> dt.datetime | None:
    left, coming, now = dropping.waiting(), change.future(), timezone.now()
    target = coming or generations.present()
    if coming or (left and lacking.first(target)):
        return max(now, target.lease_until or now)
    return max(now + AFTER_UPLOADS, dropping.due_at(left[0])) if left else None
