"""A live answer read in the producer's process, in another one, and first here and then there."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from conversations import broadcasts
from conversations.broadcasts import Broadcast
from conversations.events import Event
from conversations.readers import Reader

WORDS = ["The ", "sky ", "is ", "blue."]


@pytest.fixture(autouse=True)
def valkey(services) -> None:
    """The live streams need the real one."""


async def nothing_stored() -> dict:
    return {"content": "", "status": "streaming"}


async def tell(message_id: UUID) -> Broadcast:
    broadcast = Broadcast(message_id)
    broadcast.send(Event("retrieval", {"results": []}))
    start = 0
    for word in WORDS:
        broadcast.send(Event("delta", {"text": word, "start": start}))
        start += len(word)
        await asyncio.sleep(0)
    broadcast.send(Event("message.completed", {"message": {}}))
    return broadcast


async def read(reader: Reader) -> list[str]:
    return [block.decode() async for block in reader.stream()]


def text_of(blocks: list[str]) -> str:
    deltas = [block for block in blocks if "event: delta" in block]
    return "".join(block.partition('"text":"')[2].partition('"')[0] for block in deltas)


def test_a_reader_in_the_same_process_hears_every_word_at_once():
    async def scene() -> list[str]:
        message_id = uuid4()
        reading = asyncio.create_task(read(Reader(message_id, nothing_stored)))
        broadcast = await tell(message_id)
        blocks = await reading
        await broadcast.close()
        return blocks

    blocks = asyncio.run(scene())
    assert text_of(blocks) == "The sky is blue."
    assert "event: message.completed" in blocks[-1]


def test_a_reader_in_another_process_finds_the_same_in_valkey():
    async def scene() -> list[str]:
        broadcast = await tell(uuid4())
        await broadcast.close()
        assert broadcast.message_id not in broadcasts.ON_AIR
        return await read(Reader(broadcast.message_id, nothing_stored))

    blocks = asyncio.run(scene())
    assert text_of(blocks) == "The sky is blue."
    assert blocks[-1].startswith("id: 6-0:16\n")


def test_a_reader_that_comes_back_elsewhere_goes_on_after_its_last_event():
    """The words it saw one by one are one event in Valkey: only what it lacks is told."""

    async def scene() -> list[str]:
        broadcast = await tell(uuid4())
        await broadcast.close()
        reader = Reader.after("3-0:8", broadcast.message_id, nothing_stored)
        return await read(reader)

    assert text_of(asyncio.run(scene())) == "is blue."


@pytest.mark.parametrize("event_id", ["", "-:", "x:1", "1-0", "9" * 30 + ":1", "٣:٣"])
def test_an_unreadable_event_id_means_from_the_beginning(event_id):
    reader = Reader.after(event_id, uuid4(), nothing_stored)
    assert (reader.number, reader.shown) == (0, 0)
