"""A reader who stops or goes away ends the call at the provider within two seconds."""

import asyncio
import time
from contextlib import suppress

import pytest

from providers.tests import vendors
from providers.tests.asking import ask
from providers.tests.misbehaviours import HALF
from providers.tests.wire_server import without_end

VENDORS = pytest.mark.parametrize("vendor", vendors.VENDORS)


async def stay_until_gone(server):
    """The loop goes on, as a web server's does: nothing is closed by its end."""
    started = time.monotonic()
    while not server.gone.is_set() and time.monotonic() - started < 2:
        await asyncio.sleep(0.01)
    assert server.gone.is_set()


@VENDORS
def test_closing_the_answer_hangs_up(vendor, server):
    async def stop_after_the_first():
        answer = vendors.chat_model(vendor, server).stream(ask("Hi"))
        await anext(answer)
        await answer.aclose()
        await stay_until_gone(server)

    server.behaviours.append(without_end(HALF[vendor]))
    asyncio.run(stop_after_the_first())


@VENDORS
def test_cancelling_the_task_hangs_up(vendor, server):
    begun = asyncio.Event()

    async def read():
        async for _ in vendors.chat_model(vendor, server).stream(ask("Hi")):
            begun.set()

    async def cancel_in_mid_answer():
        task = asyncio.create_task(read())
        await begun.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await stay_until_gone(server)

    server.behaviours.append(without_end(HALF[vendor]))
    asyncio.run(cancel_in_mid_answer())


@VENDORS
def test_giving_up_before_the_first_word_hangs_up(vendor, server):
    """The server is silent: it is asked whether somebody is still there."""

    def silent(handler):
        handler.begin_stream()
        while True:
            handler.chunk(b": still thinking\n\n")
            time.sleep(0.01)

    async def cancel_while_waiting():
        task = asyncio.create_task(anext(vendors.chat_model(vendor, server).stream(ask("Hi"))))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await stay_until_gone(server)

    server.behaviours.append(silent)
    asyncio.run(cancel_while_waiting())
