"""Taking turns: a burst of requests is worked off in the order it came, a few at a time.

Hundreds of threads at once would all be slow together, and the event loop, which carries every
open answer, would wait behind them for the interpreter's lock.
"""

from __future__ import annotations

import asyncio

from config.body_limit import Application, Message, Receive, Send

# By then a request waits for something (a model, a body to be sent) and keeps nobody busy.
LONGEST_TURN = 0.5
NEVER_WAITS = "/health/"


class Turn:
    """One of the places, from `begin` to `end` or for the longest turn, whichever is sooner."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._timer: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        await self._places.acquire()
        self._timer = asyncio.get_running_loop().call_later(LONGEST_TURN, self.end)

    def end(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
            self._places.release()


def take_turns(application: Application, places: int) -> Application:
    """A turn begins when the request has come whole and ends when its answer begins."""
    free = asyncio.Semaphore(places)

    async def in_turn(scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(NEVER_WAITS):
            await application(scope, receive, send)
            return
        turn = Turn(free)
        waits = True

        async def whole() -> Message:
            nonlocal waits
            message = await receive()
            if waits and not message.get("more_body", False):
                waits = False
                await turn.begin()
            return message

        async def answering(message: Message) -> None:
            turn.end()
            await send(message)

        try:
            await application(scope, whole, answering)
        finally:
            turn.end()

    return in_turn
