"""A reader's side of a live answer: every event once and every word, wherever the producer runs."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from conversations.broadcasts import ON_AIR, on_air
from conversations.events import Event, Numbered, encode, key, read_back, reading, retrieval
from conversations.steps import events_of

HEARTBEAT_SECONDS = 15
HEARTBEAT = b": still here\n\n"
BLOCK_MS = 1000
EVENT_ID = re.compile(r"([0-9]{1,15})(?:-[0-9]{1,15})?:([0-9]{1,9})")

Events = AsyncIterator[Event | None]
Guard = Callable[[Events], Events]


async def unguarded(events: Events) -> Events:
    """For who cannot lose the right to read, but may delete what is read."""
    try:
        async for event in events:
            yield event
    except Http404:
        detail = _("This conversation has been deleted.")
        yield Event("error", {"code": "not_found", "detail": detail, "retryable": False})


@dataclass
class Reader:
    """One client's view of an answer. `stored` reads the message's row as `recalled()` has it."""

    message_id: UUID
    stored: Callable[[], Awaitable[dict[str, Any]]]
    number: int = 0  # of the last event seen
    shown: int = 0  # characters
    guard: Guard = unguarded

    @classmethod
    def after(
        cls, event_id: str, message_id: UUID, stored: Callable[[], Awaitable[dict[str, Any]]]
    ) -> Reader:
        """A reader that has seen everything up to `event_id`; anything unreadable means nothing."""
        seen = EVENT_ID.fullmatch(event_id)
        number, shown = (int(seen[1]), int(seen[2])) if seen else (0, 0)
        return cls(message_id, stored, number, shown)

    async def stream(self) -> AsyncIterator[bytes]:
        """Server-sent events until the answer has ended, with a comment every 15 s of silence."""
        async for event in self.events():
            yield encode(event, f"{self.number}-0:{self.shown}") if event else HEARTBEAT

    def events(self) -> Events:
        """What there is to tell until the answer has ended; None after every 15 s of silence."""
        return self.guard(self._events())

    async def _events(self) -> Events:
        quiet_since = time.monotonic()
        while True:
            async for event in self._news():
                yield event
                if event.is_last:
                    return
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since >= HEARTBEAT_SECONDS:
                yield None
                quiet_since = time.monotonic()

    async def _news(self) -> AsyncIterator[Event]:
        broadcast = on_air(self.message_id, self.number)
        if broadcast:
            numbered = await broadcast.after(self.number, HEARTBEAT_SECONDS)
        else:
            numbered = await self._read()
            if not numbered:
                async for event in self._from_row():
                    yield event
        for number, event in numbered:
            self.number = number
            async for shown in self._shown(event):
                yield shown

    async def _read(self) -> list[Numbered]:
        """What a producer in another process has written since, waiting a second for it."""
        try:
            position = f"{self.number}-0"
            answer = await reading().xread({key(self.message_id): position}, block=BLOCK_MS)
        except (RedisError, OSError):
            await asyncio.sleep(0.5)
            return []
        told: list[Numbered] = []
        for _position, fields in _entries(answer):
            told += read_back(fields, told[-1][0] if told else self.number)
        return told

    async def _shown(self, event: Event) -> AsyncIterator[Event]:
        """The event as this reader needs it: a delta without what it has, with what it missed."""
        if event.name == "retrieval" and self.message_id not in ON_AIR:
            yield await self._without_gone(event)
            return
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

    async def _without_gone(self, found: Event) -> Event:
        """Streams are kept for a while: a document may have been deleted since, or taken away."""
        gone = (await self.stored()).get("gone", ())
        results = [one for one in found.data["results"] if one["document_id"] not in gone]
        return Event(found.name, {**found.data, "results": results})

    async def _from_row(self, until: int | None = None) -> AsyncIterator[Event]:
        """What the stored message has beyond what was shown; its end too, when it has ended.

        Rows lag behind the stream by a second at most, hence the second look.
        """
        message = await self.stored()
        if until is not None and len(message["content"]) < until:
            await asyncio.sleep(1.2)
            message = await self.stored()
        ended = until is None and message["status"] != "streaming"
        if ended:
            for event in _opening(message)[self.number :]:
                yield event
        text = message["content"][self.shown : until]
        if text:
            yield self._delta(text)
        if ended:
            for event in _ending(message):
                yield event

    def _delta(self, text: str) -> Event:
        event = Event("delta", {"text": text, "start": self.shown})
        self.shown += len(text)
        return event


def _opening(message: dict[str, Any]) -> list[Event]:
    """An answer's first events, from its row."""
    ids = {"message_id": message["id"], "user_message_id": message["parent"]}
    found = retrieval(message["context"], message["query"])
    steps = events_of(message["tool_calls"])
    return [Event("message.created", ids), Event("retrieval", found), *steps]


def _ending(message: dict[str, Any]) -> list[Event]:
    """Its last two."""
    usage = {name: message[name] for name in ("tokens_input", "tokens_output", "credits")}
    shown = {name: value for name, value in message.items() if name not in ("context", "gone")}
    return [Event("usage", usage), Event("message.completed", {"message": shown})]


def _entries(answer: Any) -> list[tuple[str, dict[str, str]]]:
    """The entries of the only stream asked for (redis-py answers a list or, in RESP3, a dict)."""
    if not answer:
        return []
    if isinstance(answer, dict):
        return next(iter(answer.values()))[0]
    return answer[0][1]
