"""A person's queue: how much of it is left, and whether it stands still because they said so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Min, Q

from accounts import audit
from accounts.delivery import nudge_for
from accounts.models import User
from documents.models import Document, QueuePause
from documents.work.lease import KIND

Status = Document.Status


@dataclass(frozen=True)
class QueueState:
    """Counts of the person's documents; `paused_at` is None while the queue runs."""

    waiting: int
    processing: int
    failed: int
    oldest_waiting: dt.datetime | None
    paused_at: dt.datetime | None

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_busy(self) -> bool:
        return bool(self.waiting or self.processing)


def state_of(owner: User) -> QueueState:
    counts = Document.objects.for_user(owner).aggregate(
        waiting=Count("pk", filter=Q(status=Status.PENDING)),
        processing=Count("pk", filter=Q(status=Status.PROCESSING)),
        failed=Count("pk", filter=Document.FAILED),
        oldest_waiting=Min("created_at", filter=Q(status=Status.PENDING)),
    )
    paused_at = QueuePause.objects.filter(owner=owner).values_list("created_at", flat=True).first()
    return QueueState(**counts, paused_at=paused_at)


def pause(owner: User, *, actor: User) -> None:
    """Take none of the person's waiting documents from now on; what is at work is finished.

    Documents may still be added, and nothing else of theirs waits: pages are answered, web
    addresses looked at and vectors made anew as before.
    """
    _pause, is_new = QueuePause.objects.get_or_create(owner=owner)
    if is_new:
        audit.record("queue.pause", actor=actor, owner_id=owner.pk)


def resume(owner: User, *, actor: User) -> None:
    was_paused, _rows = QueuePause.objects.filter(owner=owner).delete()
    if was_paused:
        audit.record("queue.resume", actor=actor, owner_id=owner.pk)
        waiting = state_of(owner).waiting
        transaction.on_commit(lambda: nudge_for(KIND, waiting))
