"""Letters that are owed: a row of the outbox each, written when its turn comes, and sent while no
transaction is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.core.mail import send_mail
from django.utils import timezone

from accounts.models import PendingTask
from accounts.tenancy import system

log = structlog.get_logger(__name__)
PATIENCE = dt.timedelta(minutes=2)  # for one try, and between two
MOST_TRIES = 5


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    body: str

    def send(self) -> None:
        """Raises OSError where the mail server does not take it."""
        subject = " ".join(self.subject.split())[:250]
        send_mail(subject, self.body, None, [self.to])


# Writes what a task owes, or nothing where it is owed no more.
Writer = Callable[[PendingTask], Letter | None]


def send_all(kind: str, write: Writer) -> None:
    """Send what is due of this kind, one after the other."""
    while True:
        with system():
            taken = _take(kind, write)
        if taken is None:
            return
        task, letter = taken
        try:
            letter.send()
        except OSError as error:  # also what smtplib raises
            with system():
                _note(task, error)
        else:
            with system():
                task.delete()


def _take(kind: str, write: Writer) -> tuple[PendingTask, Letter] | None:
    """The next that is due, taken until its patience ends."""
    due = PendingTask.objects.due().filter(kind=kind).select_for_update(skip_locked=True)
    while task := due.first():
        letter = write(task) if task.attempts < MOST_TRIES else None
        if letter:
            task.attempts, task.due_at = task.attempts + 1, timezone.now() + PATIENCE
            task.save()
            return task, letter
        task.delete()
    return None


def _note(task: PendingTask, error: OSError) -> None:
    log.warning("letter_not_sent", kind=task.kind, reason=str(error), attempt=task.attempts)
    task.last_error = str(error)[:500]
    task.save(update_fields=["last_error"])
