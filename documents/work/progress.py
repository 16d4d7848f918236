"""How far a document's processing is: each stage with its time, and what it waits for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.delivery import PendingTask
from documents.models import Document, QueuePause
from documents.work.lease import KIND, MAX_CLAIMS

Stage = Document.Stage
ORDER = [stage for stage in Stage if stage != Stage.DONE]
SOMETIMES = {Stage.FETCHING, Stage.RECOGNISING}  # named only where they took place


class Waiting(StrEnum):
    """What has to happen before the work begins or goes on."""

    RESUME = "resume"  # of the person's queue
    TURN = "turn"
    NEXT_TRY = "next_try"  # after a failure that may pass
    NEXT_WORKER = "next_worker"  # the last one fell silent


@dataclass(frozen=True)
class Step:
    stage: Document.Stage
    started_at: dt.datetime | None
    ended_at: dt.datetime | None = None
    is_now: bool = False

    @property
    def label(self) -> str:
        return str(self.stage.label)

    @property
    def seconds(self) -> float | None:
        """How long it took, or takes until now; None for what is still ahead."""
        if not self.started_at:
            return None
        return ((self.ended_at or timezone.now()) - self.started_at).total_seconds()

    @property
    def duration(self) -> str:
        return "" if self.seconds is None else spoken(self.seconds)


@dataclass(frozen=True)
class Progress:
    steps: list[Step]
    waiting: Waiting | None = None
    ahead: int = 0  # of the person's own documents
    next_try_at: dt.datetime | None = None
    reason: str = ""  # of the last failure

    silent_seconds: float | None = None  # since its worker's last sign of life

    @property
    def silence(self) -> str:
        return "" if self.silent_seconds is None else spoken(self.silent_seconds)

    @property
    def next_try_seconds(self) -> float | None:
        if not self.next_try_at:
            return None
        return max(0.0, (self.next_try_at - timezone.now()).total_seconds())

    @property
    def next_try(self) -> str:
        """How long until then."""
        return "" if self.next_try_seconds is None else spoken(self.next_try_seconds)

    @property
    def attempts(self) -> int:
        return settings.MAX_ATTEMPTS

    @property
    def interruptions(self) -> int:
        return MAX_CLAIMS

    @property
    def duration(self) -> str:
        """From the first moment to the last; nothing while it goes on."""
        first, last = self.steps[0].started_at, self.steps[-1].ended_at
        return spoken((last - first).total_seconds()) if first and last else ""


def progress_of(document: Document) -> Progress:
    """Call it in the owner's scope."""
    steps = list(_steps(document))
    if document.status == Document.Status.PENDING:
        return _of_a_waiting(document, steps)
    waiting = Waiting.NEXT_WORKER if document.is_silent else None
    beat = document.heartbeat_at if document.status == Document.Status.PROCESSING else None
    silent = (timezone.now() - beat).total_seconds() if beat else None
    return Progress(steps, waiting, silent_seconds=silent)


def _of_a_waiting(document: Document, steps: list[Step]) -> Progress:
    if QueuePause.objects.filter(owner=document.owner_id).exists():
        return Progress(steps, Waiting.RESUME)
    if document.failures:
        task = PendingTask.objects.filter(kind=KIND, object_id=document.pk).first()
        if task:
            return Progress(
                steps, Waiting.NEXT_TRY, next_try_at=task.due_at, reason=task.last_error
            )
    return Progress(steps, Waiting.TURN, ahead=_ahead_of(document))


def _ahead_of(document: Document) -> int:
    """How many of the person's own come first; other people's share the workers fairly."""
    waiting = Document.objects.filter(owner=document.owner_id, status=Document.Status.PENDING)
    return waiting.filter(created_at__lt=document.created_at).count()


def _steps(document: Document) -> Iterator[Step]:
    """Those that are over, the one at work, and those ahead: a later attempt begins anew, so what
    an earlier one had reached beyond this stage is ahead again."""
    times = {stage: _time(document, stage) for stage in Stage}
    at = Stage(document.stage)
    now = ORDER.index(at) if at in ORDER else len(ORDER)
    named = [stage for stage in ORDER if stage not in SOMETIMES or times[stage]]
    reached = [stage for stage in named if ORDER.index(stage) <= now and times[stage]]
    ends = [times[stage] for stage in reached[1:]] + [times[Stage.DONE]]
    for stage, ended_at in zip(reached, ends, strict=True):
        yield Step(stage, times[stage], ended_at, is_now=not ended_at and not document.is_finished)
    if not document.is_finished:
        yield from (Step(stage, None) for stage in named if ORDER.index(stage) > now)


def _time(document: Document, stage: Document.Stage) -> dt.datetime | None:
    if stage == Stage.DONE and document.status != Document.Status.READY:
        return None
    noted = document.stage_times.get(stage.value)
    if noted:
        return dt.datetime.fromisoformat(noted)
    return document.created_at if stage == Stage.QUEUED else None


def spoken(seconds: float) -> str:
    """A span of time as short as one reads it: tenths below ten seconds, no seconds in hours."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return _("%s s") % round(seconds, 1)
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return _("%s s") % rest
    if minutes < 60:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    hours, minutes = divmod(minutes, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
