"""One total time for everything a fetch or a request does, however slowly a server drips."""

from __future__ import annotations

import ssl
import threading
import time
from typing import Any

import httpcore2


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def begin(self) -> None:
        """Told before each request; those of one fetch share what there is."""

    def within(self, timeout: float | None) -> float:
        """The timeout, or what is left when that is less. Raises once nothing is left."""
        left = self._end() - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("The total time is over.")
        return left if timeout is None else min(timeout, left)

    def _end(self) -> float:
        return self._ends_at


class PerRequest(Deadline):
    """Of a client that is kept: each request has its own, with the thread that makes it."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._of_thread = seconds, threading.local()

    def begin(self) -> None:
        self._of_thread.ends_at = time.monotonic() + self._seconds

    def _end(self) -> float:
        if not hasattr(self._of_thread, "ends_at"):
            self.begin()  # another thread reads what the first has asked
        ends_at: float = self._of_thread.ends_at
        return ends_at


class TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        within = self._deadline.within(timeout)
        return TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, within), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
