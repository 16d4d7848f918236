"""The task that produces an answer: held by this web process, bound to no request.

Readers may come and go. The producer broadcasts events and writes the text to the row once a
second; if it dies, its lease runs out and the reaper ends the answer as incomplete.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.connections import in_thread
from conversations import answers, meaning, prompts, storing
from conversations.answers import Draft
from conversations.broadcasts import Broadcast
from conversations.events import Event
from conversations.models import Message
from conversations.turns import Turn, load_turn
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
HOLD_SECONDS = 1.0


@dataclass
class Running:
    loop: asyncio.AbstractEventLoop
    task: asyncio.Task[None]
    stop_status: str = Message.Status.INCOMPLETE


RUNNING: dict[UUID, Running] = {}


async def start(message_id: UUID, owner_id: UUID) -> asyncio.Task[None]:
    """Start producing in the background of this event loop; returns the task."""
    return await begin(await in_thread(load_turn, message_id, owner_id))


async def begin(turn: Turn) -> asyncio.Task[None]:
    # On air before this returns, so that no reader comes too early.
    task = asyncio.create_task(_produce(turn, Broadcast(turn.message_id)))
    RUNNING[turn.message_id] = Running(asyncio.get_running_loop(), task)
    task.add_done_callback(lambda _task: RUNNING.pop(turn.message_id, None))
    return task


async def run(message_id: UUID, owner_id: UUID) -> None:
    """Produce an answer and wait for its end; a caller that goes away does not stop it."""
    await asyncio.shield(await start(message_id, owner_id))


def stop(message_id: UUID) -> None:
    """Stop at once an answer that this process produces; another process sees the row's mark."""
    running = RUNNING.get(message_id)
    # A second cancel would hit the storing of what the first one left.
    if running and running.stop_status != Message.Status.STOPPED:
        running.stop_status = Message.Status.STOPPED
        running.loop.call_soon_threadsafe(running.task.cancel)


async def drain() -> None:
    """Before the process ends: let answers finish, then store the rest as incomplete."""
    tasks = [running.task for running in RUNNING.values()]
    if tasks:
        _done, late = await asyncio.wait(tasks, timeout=settings.DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _produce(turn: Turn, broadcast: Broadcast) -> None:
    message_id, draft = turn.message_id, Draft()
    keeper = asyncio.create_task(_keep(turn, draft))
    try:
        async with aclosing(answers.answer(turn, draft)) as events:
            async for event in events:
                broadcast.send(event)
        await _conclude(turn, draft, broadcast)
    except asyncio.CancelledError:
        await _end(turn, draft, broadcast, RUNNING[message_id].stop_status)
    except ProviderError as error:
        await _fail(turn, draft, broadcast, error)
    except Exception:
        log.exception("answer_failed", message_id=str(message_id))
        unexpected = ProviderError(
            _("Something went wrong on our side. Try again."), code="unexpected", permanent=False
        )
        await _fail(turn, draft, broadcast, unexpected)
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        await broadcast.close()


async def _keep(turn: Turn, draft: Draft) -> None:
    """Once a second: store the text, hold the lease, notice a stop pressed elsewhere.

    Before the model is asked there is but the lease to hold: many that wait in line for their
    search must not keep the database busy meanwhile.
    """
    seldom = settings.ANSWER_LEASE_SECONDS / 4
    held_at = time.monotonic()
    while True:
        await asyncio.sleep(HOLD_SECONDS)
        if not draft.asked and time.monotonic() - held_at < seldom:
            continue
        held_at = time.monotonic()
        try:
            held = await in_thread(storing.hold, turn, draft)
        except DatabaseError:
            log.warning("answer_not_held", message_id=str(turn.message_id))
            continue
        if not held:
            stop(turn.message_id)
            return


async def _conclude(turn: Turn, draft: Draft, broadcast: Broadcast) -> None:
    """The model ended by itself; at the longest answer it may give, in mid-sentence."""
    question = turn.question
    draft.claims = await meaning.checked(turn.owner_id, draft.content, draft.binder, question)
    if draft.reason != "length":
        await _end(turn, draft, broadcast, Message.Status.COMPLETE)
        return
    reason = {"error_code": "length", "error_message": prompts.too_long(turn.max_tokens)}
    await _end(turn, draft, broadcast, Message.Status.INCOMPLETE, **reason)


async def _fail(turn: Turn, draft: Draft, broadcast: Broadcast, error: ProviderError) -> None:
    """A cut answer keeps its text as incomplete; without any text it is an error."""
    status = Message.Status.INCOMPLETE if draft.content else Message.Status.ERROR
    broadcast.send(
        Event(
            "error",
            {"code": error.code, "detail": str(error), "retryable": not error.permanent},
        )
    )
    await _end(turn, draft, broadcast, status, error_code=error.code, error_message=str(error))


async def _end(turn: Turn, draft: Draft, broadcast: Broadcast, status: str, **error: str) -> None:
    message = await in_thread(storing.finish, turn, draft, status, **error)
    if message is None:
        return
    broadcast.send(
        Event(
            "usage",
            {
                "tokens_input": draft.usage.tokens_input,
                "tokens_output": draft.usage.tokens_output,
                "credits": message["credits"],
            },
        )
    )
    broadcast.send(Event("message.completed", {"message": message}))
