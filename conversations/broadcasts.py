"""The producer's side of a live answer: readers in this process hear it at once, others by Valkey.

Valkey is written twice a second rather than for every word, which would cost more than the answer
itself. Losing it loses the live view of readers elsewhere only: the answer is stored anyway.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from conversations.events import Event, Numbered, key, merge_deltas, writing, written

log = structlog.get_logger(__name__)

KEEP_SECONDS = 3600
MAX_LENGTH = 20_000
WRITE_SECONDS = 0.5
LAST_TRIES = 4
WRITTEN_BEFORE = "equal or smaller than the target stream top item"

ON_AIR: dict[UUID, Broadcast] = {}


class Broadcast:
    """The events of one answer so far. Make, read and close it in one event loop."""

    def __init__(self, message_id: UUID) -> None:
        self.message_id = message_id
        self.events: list[Event] = []
        self.loop = asyncio.get_running_loop()
        self._waiting: list[asyncio.Future[None]] = []
        self._over = asyncio.Event()
        self._failed = False
        self._task = asyncio.create_task(self._write())
        ON_AIR[message_id] = self

    def send(self, event: Event) -> None:
        self.events.append(event)
        self._wake()

    async def close(self) -> None:
        self._over.set()
        self._wake()
        try:
            await self._task
        finally:
            ON_AIR.pop(self.message_id, None)

    def has_more(self, number: int) -> bool:
        """Whether anything beyond that event is there or may still come."""
        return number < len(self.events) or not self._over.is_set()

    async def after(self, number: int, seconds: float) -> list[Numbered]:
        """The events beyond that one; waits so long for the first, and may come back with none."""
        if number >= len(self.events) and not self._over.is_set():
            await self._wait(seconds)
        return merge_deltas(enumerate(self.events[number:], start=number + 1))

    async def _wait(self, seconds: float) -> None:
        news = self.loop.create_future()
        self._waiting.append(news)
        timer = self.loop.call_later(seconds, self._wake)
        try:
            await news
        finally:
            timer.cancel()

    def _wake(self) -> None:
        for news in self._waiting:
            if not news.done():  # a reader that left has cancelled it
                news.set_result(None)
        self._waiting.clear()

    async def _write(self) -> None:
        """What could not be written goes with the next; after the end, by a few last tries."""
        done, last_tries = 0, LAST_TRIES
        while self.has_more(done) and last_tries:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), WRITE_SECONDS)
            ended = self._over.is_set()
            events = await self.after(done, KEEP_SECONDS)
            if not events:
                continue
            if await self._append(events):
                done = events[-1][0]
            elif ended:
                last_tries -= 1
                await asyncio.sleep(WRITE_SECONDS)

    async def _append(self, events: list[Numbered]) -> bool:
        """Whether Valkey has them now."""
        name = key(self.message_id)
        try:
            async with writing().pipeline(transaction=False) as pipe:
                entry, fields = written(events)
                pipe.xadd(name, fields, id=entry, maxlen=MAX_LENGTH, approximate=True)
                pipe.expire(name, KEEP_SECONDS)
                _check(await pipe.execute(raise_on_error=False))
        except (RedisError, OSError) as error:
            if not self._failed:
                log.warning("live_stream_lost", reason=str(error))
            self._failed = True
            return False
        return True


def _check(replies: list[Any]) -> None:
    """Raise the first error, but for entries that an earlier try, whose reply was lost, wrote."""
    for reply in replies:
        if isinstance(reply, Exception) and WRITTEN_BEFORE not in str(reply):
            raise reply


def on_air(message_id: UUID, number: int) -> Broadcast | None:
    """The broadcast of this process and event loop that has something beyond that event."""
    broadcast = ON_AIR.get(message_id)
    if broadcast is None or broadcast.loop is not asyncio.get_running_loop():
        return None
    return broadcast if broadcast.has_more(number) else None
