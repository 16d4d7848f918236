"""Who computes next: two texts at a time, and a query before every waiting passage."""

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count


class Turns:
    """A semaphore that is fair (first come, first served) among equals and lets the urgent pass.

    Taken per text, so that a query waits for one passage at most (about 50 ms), never for a batch.
    """

    def __init__(self, places: int = 2) -> None:
        self._changed = threading.Condition()
        self._free = places
        self._waiting: list[tuple[bool, int]] = []
        self._numbers = count()

    @contextmanager
    def take(self, *, urgent: bool) -> Iterator[None]:
        with self._changed:
            ticket = (not urgent, next(self._numbers))
            heapq.heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
