"""Is the process up, and is all it needs there? For supervisors and load balancers."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.rates import unlimited
from accounts.requests import unscoped
from accounts.tenancy import refuse_unsafe_role
from config.celery import app

log = structlog.get_logger(__name__)
FAILURES = (DatabaseError, RedisError, OperationalError, OSError)


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
    if not app.control.ping(timeout=1.0, limit=1):
        raise OSError("no worker answered")


PARTS: dict[str, Callable[[], None]] = {
    "database": database,
    "cache": cache_answers,
    "broker": broker,
    "workers": workers,
}


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
    parts = {name: state(name, check) for name, check in PARTS.items()}
    is_ready = all(part == "ok" for part in parts.values())
    body = {"status": "ok" if is_ready else "down", "parts": parts}
    response = JsonResponse(body, status=200 if is_ready else 503)
    response._has_been_logged = True  # each part that is down has its own line already
    return response


def state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except FAILURES as error:
        log.warning("not_ready", part=name, reason=str(error))
        return "down"
    return "ok"
