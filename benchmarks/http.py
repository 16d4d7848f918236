"""A light HTTP client: one kept-open connection, answers timed to the first sight of a mark.

It must cost little, because it shares the machine with what it measures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

Job = TypeVar("Job")
Result = TypeVar("Result")
BOUNDARY = "kyro-benchmark"


@dataclass
class Answer:
    """Times in seconds from the request's first byte; `first` when the mark was seen."""

    status: int
    body: bytes
    total: float
    first: float | None = None

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str
    headers: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: Any, *, mark: bytes = b"") -> Answer:
        return await self.send("POST", path, json.dumps(body).encode(), mark=mark)

    async def upload(self, path: str, name: str, content: bytes) -> Answer:
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        return await self.send("POST", path, body, kind=f"multipart/form-data; boundary={BOUNDARY}")

    async def get(self, path: str) -> Answer:
        return await self.send("GET", path)

    async def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        kind: str = "application/json",
        mark: bytes = b"",
    ) -> Answer:
        own = {"Host": self.host, "Content-Type": kind, "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in (own | self.headers).items()]
        started = time.perf_counter()
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), b"", 0)
        received = bytearray()
        if b"transfer-encoding: chunked" in head.lower():
            while not received.endswith(b"0\r\n\r\n"):
                received += await self._some()
                if mark and answer.first is None and mark in received:
                    answer.first = time.perf_counter() - started
            answer.body = _dechunked(received)
        else:
            answer.body = await self.reader.readexactly(_length(head))
        answer.total = time.perf_counter() - started
        return answer

    async def _some(self) -> bytes:
        block = await self.reader.read(1 << 16)
        if not block:
            raise ConnectionResetError("the server closed in mid-answer")
        return block


@asynccontextmanager
async def connect(url: str, headers: dict[str, str] | None = None) -> AsyncIterator[Connection]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
    try:
        yield Connection(reader, writer, parts.netloc, headers or {})
    finally:
        writer.close()


async def spread(
    url: str,
    headers: dict[str, str],
    jobs: Iterable[Job],
    work: Callable[[Connection, Job], Awaitable[Result]],
    *,
    streams: int,
) -> list[Result]:
    """Do every job, `streams` at a time, each over its own connection; results as they end."""
    waiting, results = iter(list(jobs)), []

    async def serve() -> None:
        async with connect(url, headers) as connection:
            for job in waiting:
                results.append(await work(connection, job))

    await asyncio.gather(*(serve() for _ in range(streams)))
    return results


def _length(head: bytes) -> int:
    lines = head.decode("latin-1").lower().split("\r\n")
    return int(next((line[15:] for line in lines if line.startswith("content-length:")), 0))


def _dechunked(raw: bytearray) -> bytes:
    parts, position = [], 0
    while True:
        end = raw.index(b"\r\n", position)
        size = int(raw[position:end], 16)
        if not size:
            return b"".join(parts)
        parts.append(bytes(raw[end + 2 : end + 2 + size]))
        position = end + 4 + size
