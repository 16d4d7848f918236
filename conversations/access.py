"""Open streams end within a second of their reader's right to the conversation.

A conversation's owner cannot lose it. Who holds one with a project's chatbot can: by leaving, by
being removed, with the project. One query asks for all such streams of this process, twice a
second, while there are any; what it does not find ends without another word. Should the database
not answer, streams go on for `PATIENCE` seconds at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import F
from django.http import Http404

from accounts.connections import in_thread
from accounts.models import User
from accounts.tenancy import scope
from conversations.models import Message

log = structlog.get_logger(__name__)
LOOK_SECONDS = 0.5
PATIENCE = 5.0
Part = TypeVar("Part")


@dataclass(eq=False)
class Held:
    """One open stream: of which answer, in whose library, read by whom."""

    message_id: UUID
    owner_id: UUID
    reader_id: UUID
    ended: asyncio.Event


class Watch:
    """The streams of one event loop that can lose their right, and the look-out for them."""

    def __init__(self) -> None:
        self.streams: set[Held] = set()
        self._task: asyncio.Task[None] | None = None
        self._answered_at = time.monotonic()

    def add(self, held: Held) -> None:
        self.streams.add(held)
        if self._task is None:
            self._answered_at = time.monotonic()
            self._task = asyncio.create_task(self._look_out())

    def remove(self, held: Held) -> None:
        self.streams.discard(held)

    async def _look_out(self) -> None:
        while self.streams:
            await asyncio.sleep(LOOK_SECONDS)
            for held in await self._lapsed(set(self.streams)):
                held.ended.set()
        self._task = None

    async def _lapsed(self, streams: set[Held]) -> set[Held]:
        try:
            rightful = await in_thread(still_held, streams) if streams else set()
        except DatabaseError as error:
            log.warning("rights_not_looked_up", streams=len(streams), reason=str(error))
            is_over = time.monotonic() - self._answered_at > PATIENCE
            return streams if is_over else set()
        self._answered_at = time.monotonic()
        return streams - rightful


_watches: dict[asyncio.AbstractEventLoop, Watch] = {}


def watch() -> Watch:
    """That of the running event loop; a server has one."""
    for loop in [loop for loop in _watches if loop.is_closed()]:
        del _watches[loop]
    return _watches.setdefault(asyncio.get_running_loop(), Watch())


def still_held(streams: set[Held]) -> set[Held]:
    """Those whose reader may still read their answer: one query, whatever their number."""
    with scope({held.owner_id for held in streams}):
        rightful = set(
            Message.objects.filter(
                pk__in={held.message_id for held in streams},
                conversation__user__in={held.reader_id for held in streams},
                conversation__user__is_active=True,
                conversation__chatbot__project__owner__is_active=True,
                conversation__chatbot__project__members__user=F("conversation__user"),
            ).values_list("pk", "conversation__user")
        )
    return {held for held in streams if (held.message_id, held.reader_id) in rightful}


async def guarded(
    parts: AsyncGenerator[Part, None], message: Message, reader: User
) -> AsyncGenerator[Part, None]:
    """The parts of an answer's stream, until they end or the reader's right does."""
    held = Held(message.pk, message.owner_id, reader.pk, asyncio.Event())
    over, following = asyncio.create_task(held.ended.wait()), None
    watch().add(held)
    try:
        while True:
            following = asyncio.ensure_future(anext(parts))
            await asyncio.wait({following, over}, return_when=asyncio.FIRST_COMPLETED)
            if held.ended.is_set():
                return
            with suppress(StopAsyncIteration, Http404):  # it ended, or its row is out of sight
                yield following.result()
                continue
            return
    finally:
        watch().remove(held)
        over.cancel()
        if following and not following.done():
            following.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration, Http404):
                await following
        await parts.aclose()
