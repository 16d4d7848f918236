"""A live answer read in the producer's process, in another one, and first here and then there."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from django.http import Http404

from conversations import broadcasts, readers
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


def names_of(blocks: list[str]) -> list[str]:
    return [block.partition("event: ")[2].partition("\n")[0] for block in blocks]


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


def test_a_reader_is_told_that_what_it_reads_was_deleted(monkeypatch):
    monkeypatch.setattr(readers, "BLOCK_MS", 10)

    async def deleted() -> dict:
        raise Http404

    [told] = asyncio.run(read(Reader(uuid4(), deleted)))
    assert told.startswith('id: 0-0:0\nevent: error\ndata: {"code":"not_found",')


@pytest.mark.parametrize("event_id", ["", "-:", "x:1", "1-0", "9" * 30 + ":1", "٣:٣"])
def test_an_unreadable_event_id_means_from_the_beginning(event_id):
    reader = Reader.after(event_id, uuid4(), nothing_stored)
    assert (reader.number, reader.shown) == (0, 0)


def test_events_that_valkey_refused_once_reach_a_reader_elsewhere(monkeypatch):
    """The first try comes to nothing; the second brings its events along."""
    tries = []

    async def scene() -> list[str]:
        write = Broadcast._append

        async def refused_once(self: Broadcast, events: list) -> bool:
            tries.append(events)
            return len(tries) > 1 and await write(self, events)

        monkeypatch.setattr(Broadcast, "_append", refused_once)
        broadcast = await tell(uuid4())
        await broadcast.close()
        return await read(Reader(broadcast.message_id, nothing_stored))

    blocks = asyncio.run(scene())
    assert len(tries) == 2
    assert names_of(blocks) == ["retrieval", "delta", "message.completed"]
    assert text_of(blocks) == "The sky is blue."


def test_what_was_written_though_its_reply_was_lost_is_not_written_twice():
    async def scene() -> list[str]:
        broadcast = await tell(uuid4())
        assert await broadcast._append([(1, broadcast.events[0])])
        await broadcast.close()
        return await read(Reader(broadcast.message_id, nothing_stored))

    blocks = asyncio.run(scene())
    assert names_of(blocks)[:: len(blocks) - 1] == ["retrieval", "message.completed"]
    assert names_of(blocks).count("retrieval") == 1
    assert text_of(blocks) == "The sky is blue."


def test_waiting_readers_take_no_connection_from_the_writers():
    """150 readers, more than a pool has by default, wait for an answer while others are written."""

    async def scene() -> list[list[str]]:
        awaited = uuid4()
        waiting = [asyncio.create_task(read(Reader(awaited, nothing_stored))) for _ in range(150)]
        await asyncio.sleep(0.3)
        told = [await tell(message_id) for message_id in (awaited, *(uuid4() for _ in range(150)))]
        broadcasts.ON_AIR.clear()  # every reader is another process's
        await asyncio.gather(*[broadcast.close() for broadcast in told])
        later = [read(Reader(broadcast.message_id, nothing_stored)) for broadcast in told]
        return await asyncio.gather(*waiting, *later)

    for blocks in asyncio.run(scene()):
        assert names_of(blocks)[:: len(blocks) - 1] == ["retrieval", "message.completed"]
        assert text_of(blocks) == "The sky is blue."


def test_a_reader_that_comes_when_valkey_has_forgotten_is_told_from_the_row():
    row = {
        "id": "a",
        "parent": "q",
        "content": "Blue.",
        "status": "complete",
        "context": [{"content": "The sky is blue."}],
        "query": "The sky's colour?",
        "tool_calls": [{"id": "1", "status": "done", "summary": "4", "ms": 3}],
        "tokens_input": 7,
        "tokens_output": 2,
        "credits": 0,
    }

    async def stored() -> dict:
        return row

    told = asyncio.run(read(Reader(uuid4(), stored)))
    opening = ["message.created", "retrieval", "tool", "tool"]
    assert names_of(told) == [*opening, "delta", "usage", "message.completed"]
    found = '"results":[{"content":"The sky is blue."}],"query":"The sky\'s colour?"'
    assert found in told[1]
    assert '{"id":"1","status":"running","summary":"","ms":null}' in told[2]
    assert '{"id":"1","status":"done","summary":"4","ms":3}' in told[3]
    assert '{"tokens_input":7,"tokens_output":2,"credits":0}' in told[5]
    assert '"context"' not in told[6]
    seen_the_opening = Reader.after("4-0:0", uuid4(), stored)
    assert names_of(asyncio.run(read(seen_the_opening))) == ["delta", "usage", "message.completed"]
