"""Is the process up, and is all it needs there? For supervisors and load balancers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import LimitExceeded, OperationalError
from redis.exceptions import RedisError

from accounts.rates import unlimited
from accounts.requests import unscoped
from accounts.tenancy import refuse_unsafe_role
from config.celery import app
from documents.reembedding import change

log = structlog.get_logger(__name__)
FAILURES = (DatabaseError, RedisError, OperationalError, LimitExceeded, OSError)


def database() -> None:
    try:
        if reason := refuse_unsafe_role():
            raise DatabaseError(reason)
    finally:
        connection.close()  # the other parts may wait for long, and everybody may ask


def cache_answers() -> None:
    cache.set("health", 1, 10)


def broker() -> None:
    with app.connection_for_read() as link:
        link.ensure_connection(max_retries=0, timeout=2)


def workers() -> None:
    # A connection of our own: waiting for one of the pool while holding another never ends.
    with app.connection_for_write() as link:
        if not app.control.ping(timeout=1.0, limit=1, connection=link):
            raise OSError("no worker answered")


def search_model() -> str | None:
    """Another model than the settings name works as well, but somebody should know."""
    return "differs" if change.standing().differs else None


Check = Callable[[], str | None]
PARTS: dict[str, Check] = {
    "database": database,
    "cache": cache_answers,
    "broker": broker,
    "workers": workers,
    "search_model": search_model,
}


class Readiness:
    """The state of each part, looked at by one request at a time, since strangers may ask too."""

    def __init__(self, checks: dict[str, Check], fresh_seconds: float = 1.0) -> None:
        self._checks, self._fresh_seconds = checks, fresh_seconds
        self._looking = threading.Lock()
        self._found: dict[str, str] = {}
        self._found_at = 0.0

    def parts(self) -> dict[str, str]:
        """As found a moment ago, or before by whoever is not through with looking."""
        if self._looking.acquire(blocking=not self._found):
            try:
                if time.monotonic() - self._found_at > self._fresh_seconds:
                    self._found = {name: state(name, check) for name, check in self._checks.items()}
                    self._found_at = time.monotonic()
            finally:
                self._looking.release()
        return self._found


readiness = Readiness(PARTS)


@unscoped
@unlimited
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@unscoped
@unlimited
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """A row per part; 503 when one is down. Reasons go to the log, not to strangers."""
    parts = readiness.parts()
    is_ready = "down" not in parts.values()
    body = {"status": "ok" if is_ready else "down", "parts": parts}
    response = JsonResponse(body, status=200 if is_ready else 503)
    response._has_been_logged = True  # each part that is down has its own line already
    return response


def state(name: str, check: Check) -> str:
    """ok, down, or the word the check has for something in between."""
    try:
        return check() or "ok"
    except FAILURES as error:
        log.warning("not_ready", part=name, reason=str(error))
        return "down"
