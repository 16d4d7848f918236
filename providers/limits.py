"""What an HTTP client of ours lets a provider's server do: how much it may send, and how long.

Installed as event hooks, because the vendors' clients know neither limit.
"""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2

from providers.retries import Patience

# Of one response. Whole ones are parsed whole, which takes thirty times their size in memory.
MOST_STREAMED = 64 * 1024 * 1024  # an answer of 100,000 tokens takes half of it
MOST_EMBEDDED = 8 * 1024 * 1024  # 64 vectors of 4,096 numbers take 6
MOST_LISTED = 1024 * 1024  # of names, and of an error's text


def timeout(patience: Patience) -> httpx2.Timeout:
    """Reading waits a little longer than our own clock, which knows the better sentence."""
    read = max(patience.first_token, patience.idle) * 1.1
    return httpx2.Timeout(read, connect=min(5.0, patience.first_token))


def hooks(patience: Patience, *, compressed: bool) -> dict[str, list[Any]]:
    """Of a client that waits for whole answers.

    compressed: whether the server may send what grows on unpacking; a stranger's may not.
    """

    def on_request(request: httpx2.Request) -> None:
        request.extensions["timeout"] = timeout(patience).as_dict()
        request.extensions["ends_at"] = time.monotonic() + patience.total

    def on_response(response: httpx2.Response) -> None:
        _check_encoding(response, compressed)
        if isinstance(response.stream, httpx2.SyncByteStream):
            ends_at = response.request.extensions["ends_at"]
            response.stream = Limited(response.stream, _most(response, MOST_EMBEDDED), ends_at)

    return {"request": [on_request], "response": [on_response]}


def async_hooks(patience: Patience, *, compressed: bool) -> dict[str, list[Any]]:
    """Of a client whose answers are streamed: there providers.clock keeps the time."""

    async def on_request(request: httpx2.Request) -> None:
        request.extensions["timeout"] = timeout(patience).as_dict()

    async def on_response(response: httpx2.Response) -> None:
        _check_encoding(response, compressed)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = AsyncLimited(response.stream, _most(response, MOST_STREAMED))

    return {"request": [on_request], "response": [on_response]}


def _check_encoding(response: httpx2.Response, compressed: bool) -> None:
    if not compressed and response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("Compressed though not asked for.", request=response.request)


def _most(response: httpx2.Response, most: int) -> int:
    """Only lists are asked for by GET."""
    is_result = response.is_success and response.request.method != "GET"
    return most if is_result else min(most, MOST_LISTED)


class Limited(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, most: int, ends_at: float) -> None:
        self._stream, self._most, self._ends_at = stream, most, ends_at

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._stream:
            received = _counted(received + len(chunk), self._most)
            if time.monotonic() > self._ends_at:
                raise httpx2.ReadTimeout("Too slow on the whole.")
            yield chunk

    def close(self) -> None:
        self._stream.close()


class AsyncLimited(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream, self._most = stream, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in self._stream:
            received = _counted(received + len(chunk), self._most)
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _counted(received: int, most: int) -> int:
    if received > most:
        raise httpx2.ReadError("More than any answer needs.")
    return received
