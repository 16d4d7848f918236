"""Unexpected errors of requests and tasks, kept with their request id."""

from __future__ import annotations

import hashlib
import traceback

import structlog
from celery.signals import task_failure
from django.http import HttpRequest

from accounts.requests import ViewMiddleware
from analytics.models import ErrorLog

log = structlog.get_logger(__name__)


class ErrorLogMiddleware(ViewMiddleware):
    """Note what a view let through; Django still answers 500."""

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        note_error("web", error, request_id=getattr(request, "id", ""), where=request.path)


def note_error(service: str, error: BaseException, *, request_id: str = "", where: str = "") -> None:
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
