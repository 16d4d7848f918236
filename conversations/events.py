"""The live stream of one answer: written to Valkey by its producer, tailed by every reader.

An event's id is `<stream id>:<characters shown so far>`, so a reader that comes back after the
stream was lost can be given exactly the text it lacks from the stored row.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

KEEP_SECONDS = 3600
MAX_LENGTH = 20_000
MERGE_SECONDS = 0.02  # deltas that arrive this close together travel as one event
HEARTBEAT_SECONDS = 15
BLOCK_MS = 1000
LAST_EVENTS = {"message.completed"}


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_last(self) -> bool:
        return self.name in LAST_EVENTS


def encode(event: Event, event_id: str) -> bytes:
    """One server-sent event."""
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event_id}\nevent: {event.name}\ndata: {data}\n\n".encode()


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()


def client() -> Redis:
    """One client per event loop; its pool grows with the readers that wait."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = Redis.from_url(settings.STREAMS_URL, decode_responses=True)
    return _clients[loop]


def key(message_id: UUID) -> str:
    return f"answer:{message_id}"


class Writer:
    """Appends one answer's events, merging deltas that come faster than a screen can show.

    Losing Valkey loses the live view only: errors are logged once, the answer is stored anyway.
    """

    def __init__(self, message_id: UUID) -> None:
        self.key = key(message_id)
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._write())
        self._failed = False

    def send(self, event: Event) -> None:
        self._queue.put_nowait(event)

    async def close(self) -> None:
        self._queue.put_nowait(None)
        await self._task

    async def _write(self) -> None:
        more = True
        while more:
            events: list[Event | None] = [await self._queue.get()]
            while not self._queue.empty():
                events.append(self._queue.get_nowait())
            more = None not in events
            await self._append(merge_deltas([event for event in events if event]))
            if more:
                await asyncio.sleep(MERGE_SECONDS)

    async def _append(self, events: list[Event]) -> None:
        try:
            async with client().pipeline(transaction=False) as pipe:
                for event in events:
                    fields = {"name": event.name, "data": json.dumps(event.data)}
                    pipe.xadd(self.key, fields, maxlen=MAX_LENGTH, approximate=True)
                pipe.expire(self.key, KEEP_SECONDS)
                await pipe.execute()
        except (RedisError, OSError) as error:
            if not self._failed:
                log.warning("live_stream_lost", reason=str(error))
            self._failed = True


def merge_deltas(events: list[Event]) -> list[Event]:
    merged: list[Event] = []
    for event in events:
        if event.name == "delta" and merged and merged[-1].name == "delta":
            before = merged[-1].data
            merged[-1] = Event("delta", {**before, "text": before["text"] + event.data["text"]})
        else:
            merged.append(event)
    return merged


@dataclass
class Reader:
    """One client's view of an answer. `stored` reads the message's row as `as_event()` gives it."""

    message_id: UUID
    stored: Callable[[], Awaitable[dict[str, Any]]]
    position: str = "0"
    shown: int = 0

    @classmethod
    def after(
        cls, event_id: str, message_id: UUID, stored: Callable[[], Awaitable[dict[str, Any]]]
    ) -> Reader:
        """A reader that has seen everything up to `event_id`; anything unreadable means nothing."""
        position, _, shown = event_id.partition(":")
        whole = position.replace("-", "").isdigit() and shown.isdigit()
        return cls(message_id, stored, position, int(shown)) if whole else cls(message_id, stored)

    async def stream(self) -> AsyncIterator[bytes]:
        """Server-sent events until the answer has ended, with a comment every 15 s of silence."""
        quiet_since = time.monotonic()
        while True:
            entries = await self._read()
            if not entries:
                async for event in self._from_row():
                    yield self._encoded(event)
                    if event.is_last:
                        return
                    quiet_since = time.monotonic()
            for position, fields in entries:
                self.position = position
                async for event in self._shown(Event(fields["name"], json.loads(fields["data"]))):
                    yield self._encoded(event)
                    if event.is_last:
                        return
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since > HEARTBEAT_SECONDS:
                yield b": still here\n\n"
                quiet_since = time.monotonic()

    def _encoded(self, event: Event) -> bytes:
        return encode(event, f"{self.position}:{self.shown}")

    async def _read(self) -> list[tuple[str, dict[str, str]]]:
        try:
            answer = await client().xread({key(self.message_id): self.position}, block=BLOCK_MS)
        except (RedisError, OSError):
            await asyncio.sleep(0.5)
            return []
        return _entries(answer)

    async def _shown(self, event: Event) -> AsyncIterator[Event]:
        """The event as this reader needs it: a delta without what it has, with what it missed."""
        if event.name != "delta":
            yield event
            return
        start, text = event.data["start"], event.data["text"]
        if start > self.shown:
            async for missed in self._from_row(until=start):
                yield missed
        fresh = text[max(0, self.shown - start) :]
        if fresh:
            yield self._delta(fresh)

    async def _from_row(self, until: int | None = None) -> AsyncIterator[Event]:
        """What the stored message has beyond what was shown; its end too, when it has ended.

        Rows lag behind the stream by a second at most, hence the second look.
        """
        message = await self.stored()
        if until is not None and len(message["content"]) < until:
            await asyncio.sleep(1.2)
            message = await self.stored()
        text = message["content"][self.shown : until]
        if text:
            yield self._delta(text)
        if until is None and message["status"] != "streaming":
            yield Event("message.completed", {"message": message})

    def _delta(self, text: str) -> Event:
        event = Event("delta", {"text": text, "start": self.shown})
        self.shown += len(text)
        return event


def _entries(answer: Any) -> list[tuple[str, dict[str, str]]]:
    """The entries of the only stream asked for (redis-py answers a list or, in RESP3, a dict)."""
    if not answer:
        return []
    if isinstance(answer, dict):
        return next(iter(answer.values()))[0]
    return answer[0][1]
