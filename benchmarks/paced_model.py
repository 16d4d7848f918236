"""A stand-in for OpenAI that holds many streams: a first pause, then word after word in step.

python -m benchmarks.paced_model --port N [--first-ms 300] [--words 100] [--words-a-second 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first-ms", type=float, default=300)
    parser.add_argument("--words", type=int, default=100)
    parser.add_argument("--words-a-second", type=float, default=10)
    asyncio.run(serve(parser.parse_args()))


async def serve(pace: argparse.Namespace) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(reader, writer, pace)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller has left
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", pace.port, backlog=2048) as server:
        await server.serve_forever()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: argparse.Namespace
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length: " in head:
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
    if not head.startswith(b"post"):
        writer.write(HEAD % b"application/json" + b"{}")
        return
    writer.write(HEAD % b"text/event-stream")
    await asyncio.sleep(pace.first_ms / 1000)
    for number in range(pace.words):
        writer.write(_chunk({"content": f"word{number} "}))
        await writer.drain()
        await asyncio.sleep(1 / pace.words_a_second)
    writer.write(_chunk({}, "stop") + b"data: [DONE]\n\n")
    await writer.drain()


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "paced"}
    return b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n"


if __name__ == "__main__":
    main()
