"""Signs of life from a thread, while the work itself computes or waits for others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

log = structlog.get_logger(__name__)


@contextmanager
def beating(beat: Callable[[], None], lost: type[Exception]) -> Iterator[None]:
    """Calls `beat` once per heartbeat, until it raises `lost`: what is held is held no more."""
    over = threading.Event()
    thread = threading.Thread(target=_beat_until, args=[over, beat, lost], daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat_until(over: threading.Event, beat: Callable[[], None], lost: type[Exception]) -> None:
    try:
        while not over.wait(settings.HEARTBEAT_SECONDS):
            beat()
    except (lost, DatabaseError):
        log.info("heartbeat_ended")  # the next write is fenced and will say so
    finally:
        connection.close()
