"""The answer as the page's event stream tells it."""

import asyncio
import json

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient
from django.urls import reverse

from accounts.tenancy import scope
from conversations import asking, producers

pytestmark = pytest.mark.django_db(transaction=True)


def events_of(raw: bytes) -> list[tuple[str, dict]]:
    blocks = [block.split("\n") for block in raw.decode().strip().split("\n\n") if block]
    return [
        (lines[1].removeprefix("event: "), json.loads(lines[2].removeprefix("data: ")))
        for lines in blocks
        if not lines[0].startswith(":")
    ]


def watched(owner, conversation, *, after: str = "") -> list[tuple[str, dict]]:
    """Ask, run the answer, and read its events as a page would that shows `after` already."""

    def ask():
        with scope(owner):
            return asking.ask(owner, conversation, "What colour is the sky?")

    async def exchange() -> bytes:
        message = await sync_to_async(ask)()
        await producers.start(message.pk, owner.pk)
        client = AsyncClient()
        await client.aforce_login(owner)
        url = reverse("conversations:events", args=[message.pk])
        response = await client.get(url, {"after": after})
        assert response["Content-Type"] == "text/event-stream"
        raw = b"".join([chunk async for chunk in response.streaming_content])
        await asyncio.gather(*[running.task for running in producers.RUNNING.values()])
        return raw

    return events_of(async_to_sync(exchange)())


def test_a_page_gets_the_whole_answer(owner, conversation, chat_model):
    chat_model.enqueue(["The sky is", " blue [1]."])
    events = watched(owner, conversation)
    text = "".join(data["text"] for name, data in events if name == "delta")
    assert text == "The sky is blue [1]."
    assert events[-1][0] == "message.completed"
    assert events[-1][1]["message"]["content"] == text


def test_a_page_that_shows_a_part_gets_the_rest_alone(owner, conversation, chat_model):
    chat_model.enqueue(["The sky is", " blue [1]."])
    events = watched(owner, conversation, after="0:7")
    assert "".join(data["text"] for name, data in events if name == "delta") == " is blue [1]."


def test_a_stop_ends_the_stream_with_what_there_was(owner, conversation, chat_model):
    chat_model.pause = asyncio.Event()
    chat_model.enqueue(["The sky", " is never finished"])

    def ask():
        with scope(owner):
            return asking.ask(owner, conversation, "What colour is the sky?")

    async def exchange() -> bytes:
        message = await sync_to_async(ask)()
        await producers.start(message.pk, owner.pk)
        client = AsyncClient()
        await client.aforce_login(owner)
        response = await client.get(reverse("conversations:events", args=[message.pk]))
        raw, stopped = b"", False
        async for chunk in response.streaming_content:
            raw += chunk
            if b"event: delta" in raw and not stopped:
                stopped = True
                await client.post(reverse("conversations:stop", args=[message.pk]))
        return raw

    name, data = events_of(async_to_sync(exchange)())[-1]
    assert name == "message.completed"
    assert (data["message"]["status"], data["message"]["content"]) == ("stopped", "The sky")
