"""The outbox: work that must happen is a row first, the broker's message only a nudge."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from celery import Task, current_app
from django.db import models, transaction
from django.utils import timezone
from kombu.exceptions import LimitExceeded, OperationalError
from uuid_utils.compat import uuid7

log = structlog.get_logger(__name__)

# kind -> the task that looks for work of this kind; the app that owns it registers it in ready().
NUDGES: dict[str, Task[[], None]] = {}
ENOUGH = 20  # nudges at once: whoever follows one sends the next
NUDGE_PATIENCE = 2.0  # seconds for a free connection to the broker
QUIET_SECONDS = 0.2
NEVER = float("-inf")
# Kinds whose workers look once more before they go -> when this process last sent a message.
LINGERING: dict[str, float] = {}
NUDGE_AGAIN = dt.timedelta(seconds=30)


class PendingTaskQuerySet(models.QuerySet["PendingTask"]):
    def due(self) -> PendingTaskQuerySet:
        return self.filter(due_at__lte=timezone.now()).order_by("due_at")


class PendingTask(models.Model):
    """Work owed. While a worker holds it, due_at is when its lease ends; done means deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PendingTaskQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], name="pendingtask_once_per_object"
            )
        ]
        indexes = [models.Index("due_at", name="pendingtask_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


def owe(kind: str, object_id: UUID, owner_id: UUID) -> None:
    """Note the work in this transaction and nudge a worker after it commits."""
    owe_each(kind, [object_id], owner_id)


def owe_each(kind: str, object_ids: Sequence[UUID], owner_id: UUID) -> None:
    PendingTask.objects.bulk_create(
        [PendingTask(kind=kind, object_id=pk, owner_id=owner_id) for pk in object_ids],
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["due_at"],
    )
    transaction.on_commit(lambda: nudge_unless_just_done(kind, len(object_ids)))


def nudge_unless_just_done(kind: str, count: int) -> None:
    """A message costs more than the row; who uploads a hundred files needs no hundred messages."""
    now = time.monotonic()
    if kind in LINGERING and now - LINGERING[kind] < QUIET_SECONDS:
        return
    if kind in LINGERING:
        LINGERING[kind] = now
    nudge_for(kind, count)


def nudge_for(kind: str, count: int) -> None:
    """Tell as many workers as there may be of use."""
    for _ in range(min(count, ENOUGH)):
        if not nudge(kind):
            return


def nudge(kind: str) -> bool:
    """Tell a worker. A broker that is down costs nothing: the sweeper asks again."""
    try:
        with current_app.producer_pool.acquire(block=True, timeout=NUDGE_PATIENCE) as producer:
            NUDGES[kind].apply_async(producer=producer)
    except (OperationalError, LimitExceeded, OSError) as error:
        log.warning("nudge_failed", kind=kind, error=str(error))
        return False
    return True


def sweep(limit: int = 500) -> int:
    """Nudge whatever is due; returns how many. Call it inside system()."""
    tasks = list(PendingTask.objects.due().select_for_update(skip_locked=True)[:limit])
    PendingTask.objects.filter(pk__in=[task.pk for task in tasks]).update(
        due_at=timezone.now() + NUDGE_AGAIN
    )
    due = Counter(task.kind for task in tasks)
    for kind, count in due.items():
        transaction.on_commit(partial(nudge_for, kind, count))
    return len(tasks)
