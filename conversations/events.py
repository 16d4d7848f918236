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
from redis.asyncio import Redis

LAST_EVENTS = {"message.completed"}


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_last(self) -> bool:
        return self.name in LAST_EVENTS


Numbered = tuple[int, Event]  # an answer's events count from 1; Valkey's ids are `<number>-0`


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


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()


def client() -> Redis:
    """One client per event loop; its pool grows with the readers that wait."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = Redis.from_url(settings.STREAMS_URL, decode_responses=True)
    return _clients[loop]


def key(message_id: UUID) -> str:
    return f"answer:{message_id}"
