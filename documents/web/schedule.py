"""When a source is read next: by its schedule, not on the dot; later, the more often it fails."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone

from documents.models import WebSource

EVERY = {
    WebSource.Schedule.HOURLY: dt.timedelta(hours=1),
    WebSource.Schedule.DAILY: dt.timedelta(days=1),
    WebSource.Schedule.WEEKLY: dt.timedelta(days=7),
    WebSource.Schedule.MONTHLY: dt.timedelta(days=30),
}
JITTER = 0.1  # of the interval, either way: sites are not visited by all of us on the hour
MAX_BACKOFF = 8  # intervals between two tries of a site that keeps failing


def next_run(source: WebSource) -> dt.datetime | None:
    """None: only when asked."""
    every = EVERY.get(source.schedule)
    if every is None:
        return None
    intervals = min(2**source.failures, MAX_BACKOFF) if source.failures else 1
    return timezone.now() + every * intervals * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
