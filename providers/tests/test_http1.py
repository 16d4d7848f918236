"""The connections that streamed answers come through."""

import asyncio
import ssl

import httpx2
import pytest

from providers.http1 import Streams

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 5\r\n\r\nHello"


async def served(scene, *answers):
    """What `scene` returns of a server that gives these bytes, one answer a request, and hangs up
    after the last."""
    given, connections = list(answers), []

    async def serve(reader, writer):
        connections.append(writer)
        while given:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(2 if b"content-length: 2" in head.lower() else 0)
            for part in given.pop(0):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    transport = Streams(ssl.create_default_context())
    async with server, httpx2.AsyncClient(transport=transport, timeout=2) as client:
        return await scene(client, url), len(connections)


async def read(client, url):
    async with client.stream("POST", url, content=b"{}") as response:
        return response.status_code, [part async for part in response.aiter_bytes()]


def read_of(*answers):
    return asyncio.run(served(read, *answers))[0]


def test_what_gathers_while_nobody_looks_is_one_part():
    async def slow(client, url):
        async with client.stream("POST", url, content=b"{}") as response:
            parts = response.aiter_bytes()
            first = await anext(parts)
            await asyncio.sleep(0.3)
            return first, await anext(parts)

    chunks = [b"1\r\n%d\r\n" % number for number in range(5)]
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks[0]
    told, _ = asyncio.run(served(slow, [head, *chunks[1:], b"0\r\n\r\n"]))
    assert told == (b"0", b"1234")


def test_a_connection_is_used_again_unless_the_server_ends_it():
    async def twice(client, url):
        return [await read(client, url) for _ in range(2)]

    told, connections = asyncio.run(served(twice, [WHOLE], [WHOLE]))
    assert (told, connections) == ([(200, [b"Hello"])] * 2, 1)
    ending = OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nHello"
    told, connections = asyncio.run(served(twice, [ending], [WHOLE]))
    assert (told, connections) == ([(200, [b"Hello"])] * 2, 2)


def test_a_body_of_untold_length_ends_with_the_connection():
    assert read_of([OK + b"\r\nHel", b"lo"]) == (200, [b"Hel", b"lo"])


@pytest.mark.parametrize(
    "cut",
    [
        [OK + b"Content-Length: 9\r\n\r\nHello"],
        [OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n"],
        [OK],
        [b"SMTP ready\r\n"],
        [OK + b"X: 1\r\n" * 20_000],
    ],
)
def test_an_answer_that_is_cut_or_none_is_an_error(cut):
    with pytest.raises(httpx2.TransportError):
        read_of(cut)


def test_a_word_in_between_is_not_the_answer():
    assert read_of([b"HTTP/1.1 103 Early Hints\r\n\r\n", WHOLE]) == (200, [b"Hello"])


def test_a_server_that_says_nothing_is_too_slow():
    async def asked(client, url):
        return await client.post(url, content=b"{}", timeout=0.05)

    async def scene():
        async with await asyncio.start_server(lambda *_: asyncio.sleep(1), "127.0.0.1", 0) as here:
            url = f"http://127.0.0.1:{here.sockets[0].getsockname()[1]}/"
            transport = Streams(ssl.create_default_context())
            async with httpx2.AsyncClient(transport=transport) as client:
                await asked(client, url)

    with pytest.raises(httpx2.ReadTimeout):
        asyncio.run(scene())


def test_a_header_cannot_bring_another():
    async def smuggled(client, url):
        return await client.post(url, headers=[(b"X", b"1\r\nY: 2")], content=b"{}")

    with pytest.raises(httpx2.LocalProtocolError):
        asyncio.run(served(smuggled, [WHOLE]))
