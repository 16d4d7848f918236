"""The worker's side: have a reader started, watch it, turn every way it can end into one answer."""

import json
import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.forker import PARSERS, Forker, Program, forker
from documents.extraction.limits import Limits
from documents.extraction.result import Extracted, decode

SECONDS_BETWEEN_CALLS = 1.0


def extract(
    path: Path,
    name: str,
    *,
    password: str = "",
    waiting: Callable[[], None] = lambda: None,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Extracted:
    """Read the document at `path`; raises ExtractionError. Pages that are pictures are only named:
    see recognition.

    `waiting` is called about once a second; if it raises, the reader is killed and the error
    goes on to the caller. The reader also dies with this process.
    """
    # Of the name only the suffix matters; the rest is somebody's data and stays out of there.
    suffix = Path(name).suffix.lower().encode("ascii", "ignore").decode().replace("\0", "")
    about = {"path": str(path.resolve()), "suffix": suffix[:20], "password": password}
    return answer(PARSERS, about, limits, waiting)


def answer(
    program: Program, about: Mapping[str, object], limits: Limits, waiting: Callable[[], None]
) -> Extracted:
    """What a fork of that program gives for one request; raises ExtractionError."""
    request = json.dumps({**about, "limits": limits.to_json()}).encode()
    try:
        with forker(program, request) as warm:
            output, status = _run(warm, limits, waiting)
    except ConnectionError as error:
        raise reasons.lost() from error
    return _judge(output, status, limits)


def _run(warm: Forker, limits: Limits, waiting: Callable[[], None]) -> tuple[bytes, int]:
    try:
        output = _read(warm.output, limits, waiting)
    finally:
        os.close(warm.output)
    try:
        return output, warm.status()
    except TimeoutError as error:
        raise reasons.took_too_long(limits) from error


def _read(descriptor: int, limits: Limits, waiting: Callable[[], None]) -> bytes:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    deadline = time.monotonic() + limits.wall_seconds
    next_call = time.monotonic() + SECONDS_BETWEEN_CALLS
    output = bytearray()
    while True:
        now = time.monotonic()
        if now >= deadline:
            raise reasons.took_too_long(limits)
        if now >= next_call:
            waiting()
            next_call = now + SECONDS_BETWEEN_CALLS
        if not poll.poll(max(0, min(next_call, deadline) - now) * 1000):
            continue
        block = os.read(descriptor, 1 << 18)
        if not block:
            return bytes(output)
        output += block
        if len(output) > limits.output_bytes:
            raise reasons.too_large_text(limits)


def _judge(output: bytes, status: int, limits: Limits) -> Extracted:
    if status == 0:
        try:
            return decode(output)
        except (ValueError, KeyError) as error:
            raise reasons.crashed(limits, f"unreadable result: {error}") from error
    if status == -signal.SIGKILL:
        raise reasons.lost()
    if status == -signal.SIGXCPU:
        raise reasons.too_much_computing(limits)
    raise reasons.crashed(limits, f"exit status {status}")
