"""What a reader is told while an answer is written, and where it is kept for a while.

An event's id is `<stream id>:<characters shown so far>`, so a reader that comes back after the
stream was lost can be given exactly the text it lacks from the stored row.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis

LAST_EVENTS = {"message.completed"}


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_last(self) -> bool:
        return self.name in LAST_EVENTS


Numbered = tuple[int, Event]  # an answer's events count from 1; Valkey's ids are `<number>-0`


def retrieval(results: list[dict[str, Any]], query: str = "") -> dict[str, Any]:
    """What was found, and what was searched for where it is not the question itself."""
    return {"results": results, "query": query} if query else {"results": results}


def encode(event: Event, event_id: str) -> bytes:
    """One server-sent event."""
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event_id}\nevent: {event.name}\ndata: {data}\n\n".encode()


def merge_deltas(events: Iterable[Numbered]) -> list[Numbered]:
    """Neighbouring deltas as one, under the number of the last."""
    merged: list[Numbered] = []
    for number, event in events:
        last = merged[-1][1] if merged else None
        if last and last.name == event.name == "delta":
            text = last.data["text"] + event.data["text"]
            merged[-1] = (number, Event("delta", {**last.data, "text": text}))
        else:
            merged.append((number, event))
    return merged


def written(events: list[Numbered]) -> tuple[str, dict[str, str]]:
    """What goes to Valkey at once, as one entry under the number of its last."""
    told = [(number, event.name, event.data) for number, event in events]
    return f"{events[-1][0]}-0", {"events": json.dumps(told)}


def read_back(fields: dict[str, str], after: int) -> list[Numbered]:
    """An entry's events beyond that one: a try whose reply was lost is repeated with the next."""
    told = json.loads(fields["events"])
    return [(number, Event(name, data)) for number, name, data in told if number > after]


# Answers take turns at a few connections, each for one round trip. A reader keeps one for the
# second it waits, so readers have their own: however many they are, they never delay an answer.
WRITERS = 8
READERS = 500
WAIT_SECONDS = 10  # for a turn
Clients = WeakKeyDictionary[asyncio.AbstractEventLoop, Redis]
_writing: Clients = WeakKeyDictionary()
_reading: Clients = WeakKeyDictionary()


def writing() -> Redis:
    return _client(_writing, WRITERS)


def reading() -> Redis:
    return _client(_reading, READERS)


def _client(clients: Clients, connections: int) -> Redis:
    """One client per event loop, whose connections belong to it."""
    loop = asyncio.get_running_loop()
    if loop not in clients:
        pool = BlockingConnectionPool.from_url(
            settings.STREAMS_URL,
            max_connections=connections,
            timeout=WAIT_SECONDS,
            decode_responses=True,
        )
        clients[loop] = Redis.from_pool(pool)
    return clients[loop]


def key(message_id: UUID) -> str:
    return f"answer:{message_id}"
