"""Unexpected errors of requests and tasks, kept with their request id."""

from __future__ import annotations

import hashlib
import sys
import traceback
from contextlib import suppress

from celery.signals import task_failure
from django.core.signals import got_request_exception
from django.db import DatabaseError, OperationalError, connection
from django.dispatch import receiver
from django.http import HttpRequest

from analytics.models import ErrorLog


@receiver(got_request_exception)
def note_request_failure(sender, request: HttpRequest | None = None, **_) -> None:
    """Runs after the view's transaction was rolled back, so the row stays."""
    error = sys.exc_info()[1]
    if error is not None and not isinstance(error, OperationalError):
        with suppress(DatabaseError):  # the person's answer matters more than our note
            note_error("web", error, request_id=getattr(request, "id", ""), where=request.path)
    if not connection.in_atomic_block:
        connection.close()  # this thread may never serve another request


def note_error(
    service: str, error: BaseException, *, request_id: str = "", where: str = ""
) -> None:
    """One row per error, grouped by its type and the place in our code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    kind = type(error).__name__
    ErrorLog.objects.create(
        service=service,
        error_type=kind,
        error_message=str(error)[:2000],
        details={"where": where, "place": place},
        request_id=request_id,
        group=hashlib.sha256(f"{kind} {place}".encode()).hexdigest(),
    )


@task_failure.connect
def note_task_failure(sender=None, exception=None, **_) -> None:
    note_error("worker", exception, where=getattr(sender, "name", ""))
