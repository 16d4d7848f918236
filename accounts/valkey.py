"""Valkey as a request asks it: answered at once, or not at all while it is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")

PATIENCE_SECONDS = 0.5  # for one answer
PAUSE_SECONDS = 1.0  # between two tries while it is away
_away_until = 0.0


class Away(Exception):
    """It does not answer at the moment."""


def ask(question: Callable[[Redis], Answer]) -> Answer:
    """What the question is answered. Raises Away."""
    global _away_until
    if time.monotonic() < _away_until:
        raise Away
    try:
        return question(client())
    except (RedisError, OSError) as error:
        log.warning("valkey_away", reason=str(error))
        _away_until = time.monotonic() + PAUSE_SECONDS
        raise Away from error


@cache
def client() -> Redis:
    return Redis.from_url(
        settings.RATES_URL,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),  # a connection that was closed meanwhile
    )


def forget() -> None:
    """Begin anew, with what the settings say now."""
    global _away_until
    client.cache_clear()
    _away_until = 0.0
