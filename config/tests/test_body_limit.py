"""A body beyond the limit ends with 413 before it has filled the disk."""

import json

import pytest
from asgiref.sync import async_to_sync

from config.body_limit import ENVELOPE, limit_bodies

LIMIT = 100 + ENVELOPE


def exchange(settings, blocks: list[bytes], headers=()) -> tuple[int, list[dict], int]:
    """(bytes the application was given, what was sent, blocks taken from the client)."""
    settings.MAX_FILE_SIZE = 100
    given, sent, waiting = 0, [], list(blocks)

    async def application(scope, receive, send):
        nonlocal given
        more = True
        while more:
            message = await receive()
            given += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": list(headers)}
    async_to_sync(limit_bodies(application))(scope, receive, send)
    return given, sent, len(blocks) - len(waiting)


def test_a_body_at_the_limit_passes(settings):
    given, sent, _taken = exchange(settings, [b"x" * (LIMIT - 1), b"x"])
    assert (given, sent[0]["status"]) == (LIMIT, 200)


def test_a_chunked_body_is_cut_at_the_limit(settings):
    given, sent, taken = exchange(settings, [b"x" * LIMIT, b"x", b"x", b"x"])
    assert (given, sent[0]["status"], taken) == (LIMIT, 413, 2)
    assert json.loads(sent[1]["body"])["code"] == "too_large"


def test_a_declared_length_is_refused_unread(settings):
    headers = [(b"content-length", str(LIMIT + 1).encode())]
    given, sent, taken = exchange(settings, [b"x"], headers)
    assert (given, sent[0]["status"], taken) == (0, 413, 0)


@pytest.mark.parametrize("length", [b"", b"-5", b"many"])
def test_a_length_that_is_none_is_left_to_the_server(settings, length):
    given, _sent, _taken = exchange(settings, [b"x"], [(b"content-length", length)])
    assert given == 1
