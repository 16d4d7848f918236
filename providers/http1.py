"""HTTP/1.1 for answers that are streamed: what has gathered since the last look is read in one go.

A transport under httpx2's client. Its own goes through seven generators for every chunk of an
answer and parses in Python, which made half of what an answer costs.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import httptools
import httpx2

KEPT_SECONDS = 5.0  # an idle connection is used again within
MOST_KEPT = 100  # of one server
MOST_HEAD = 65_536  # bytes
Origin = tuple[str, str, int]


class Connection(asyncio.Protocol):
    """One at a time asks; it reads only while somebody waits for more."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.kept_since = 0.0
        self._news: asyncio.Future[None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.headers: list[tuple[bytes, bytes]] = []
        self.status, self.is_whole = 0, False
        self._body: list[bytes] = []
        self._head_bytes, self._stays = 0, False
        self._failure: httpx2.TransportError | None = None

    @property
    def is_open(self) -> bool:
        return self._failure is None and not self.transport.is_closing()

    # What asyncio and the parser call

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
            self._check_head(len(data))
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(httpx2.RemoteProtocolError(str(error) or "No HTTP."))
        self._tell()

    def eof_received(self) -> None:
        self.connection_lost(None)

    def connection_lost(self, error: Exception | None) -> None:
        """The end of a body of untold length; of any other a cut."""
        if self.status and not self.is_whole and not self._is_measured() and error is None:
            self.is_whole = True
        if self._failure is None:
            self._failure = _failure(error)
        self._tell()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._stays = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self.status < 200:  # 100 Continue, 103 Early Hints
            self.status, self.headers = 0, []
        else:
            self.is_whole = True

    # What whoever asks calls

    def ask(self, request: httpx2.Request, body: bytes) -> None:
        self._begin()
        head = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        head += [b"%s: %s" % header for header in request.headers.raw]
        if any(b"\r" in line or b"\n" in line for line in head):
            raise httpx2.LocalProtocolError("A header of one line cannot hold another.")
        self.transport.write(b"\r\n".join([*head, b"", body]))

    async def read_head(self, seconds: float | None) -> None:
        while not self.status:
            await self._wait(seconds)

    async def read(self, seconds: float | None) -> bytes:
        """What has come since; empty at the end."""
        while not self._body and not self.is_whole:
            await self._wait(seconds)
        body, self._body = b"".join(self._body), []
        return body

    async def _wait(self, seconds: float | None) -> None:
        if self._failure:
            raise self._failure
        loop = asyncio.get_running_loop()
        self._news = loop.create_future()
        timer = loop.call_later(seconds, self._too_slow) if seconds else None
        self.transport.resume_reading()
        try:
            await self._news
        finally:
            self._news = None
            if timer:
                timer.cancel()

    def keep(self) -> bool:
        """Whether it can be used again; until then it listens for its end."""
        if self.is_whole and not self._body and self.is_open and self._stays:
            self.kept_since = time.monotonic()
            self.transport.resume_reading()
            return True
        self.transport.abort()
        return False

    def _tell(self) -> None:
        if self._news and not self._news.done():
            self.transport.pause_reading()
            self._news.set_result(None)

    def _too_slow(self) -> None:
        self._fail(httpx2.ReadTimeout("Nothing came in time."))
        self._tell()

    def _fail(self, error: httpx2.TransportError) -> None:
        self._failure = self._failure or error
        self.transport.abort()

    def _check_head(self, received: int) -> None:
        self._head_bytes += 0 if self.status else received
        if self._head_bytes > MOST_HEAD:
            self._fail(httpx2.RemoteProtocolError("A head without end."))

    def _is_measured(self) -> bool:
        told = {b"content-length", b"transfer-encoding"}
        return any(name.lower() in told for name, _ in self.headers)


class Body(httpx2.AsyncByteStream):
    def __init__(self, transport: Streams, origin: Origin, connection: Connection) -> None:
        self._transport, self._origin, self._connection = transport, origin, connection
        self.seconds: float | None = None
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while body := await self._connection.read(self.seconds):
            yield body

    async def aclose(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._transport.give_back(self._origin, self._connection)


class Streams(httpx2.AsyncBaseTransport):
    """Belongs to one event loop, as asyncio's connections do."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url, timeout = request.url, request.extensions.get("timeout", {})
        origin = (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        asked = b"".join([part async for part in request.stream])  # type: ignore[union-attr]
        connection = self._kept(origin) or await self._connect(origin, timeout.get("connect"))
        body = Body(self, origin, connection)
        body.seconds = timeout.get("read")
        try:
            connection.ask(request, asked)
            await connection.read_head(body.seconds)
        except BaseException:
            connection.transport.abort()
            raise
        return httpx2.Response(connection.status, headers=connection.headers, stream=body)

    def give_back(self, origin: Origin, connection: Connection) -> None:
        if connection.keep():
            self._idle[origin].append(connection)
            for oldest in self._idle[origin][:-MOST_KEPT]:
                oldest.transport.abort()
            del self._idle[origin][:-MOST_KEPT]

    async def aclose(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.transport.abort()
        self._idle.clear()

    def _kept(self, origin: Origin) -> Connection | None:
        """The one used last; what has been idle for too long is closed."""
        now, idle = time.monotonic(), self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.is_open and now - connection.kept_since < KEPT_SECONDS:
                return connection
            connection.transport.abort()
        return None

    async def _connect(self, origin: Origin, seconds: float | None) -> Connection:
        scheme, host, port = origin
        tls = self._tls if scheme == "https" else None
        try:
            async with asyncio.timeout(seconds):
                opening = asyncio.get_running_loop().create_connection(
                    Connection, host, port, ssl=tls, server_hostname=host if tls else None
                )
                return (await opening)[1]
        except TimeoutError as error:
            raise httpx2.ConnectTimeout("No connection in time.") from error
        except OSError as error:
            raise httpx2.ConnectError(str(error)) from error


def _failure(error: Exception | None) -> httpx2.TransportError:
    if error:
        return httpx2.ReadError(str(error))
    return httpx2.RemoteProtocolError("The server closed before the answer's end.")
