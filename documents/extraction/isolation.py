"""The parent's side: start the child, watch it, turn every way it can end into one answer."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.limits import Limits
from documents.extraction.result import Extracted, decode

CHILD = Path(__file__).with_name("child.py")
SECONDS_BETWEEN_CALLS = 1.0


def extract(
    path: Path,
    name: str,
    *,
    waiting: Callable[[], None] = lambda: None,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Extracted:
    """Read the document at `path`; raises ExtractionError.

    `waiting` is called about once a second; if it raises, the child is killed and the error
    goes on to the caller. The child also dies with the thread that called this.
    """
    process = _start(path, name, limits)
    try:
        output = _read(process, limits, waiting)
        process.wait(timeout=1)
    except subprocess.TimeoutExpired as error:
        raise reasons.took_too_long(limits) from error
    finally:
        _end(process)
    return _judge(output, process.returncode, limits)


def _start(path: Path, name: str, limits: Limits) -> "subprocess.Popen[bytes]":
    # Of the name only the suffix matters; the rest is somebody's data and stays out of argv.
    suffix = Path(name).suffix.lower().encode("ascii", "ignore").decode().replace("\0", "")
    command = [sys.executable, "-I", str(CHILD), str(path.resolve()), suffix, limits.to_json()]
    # Removed as soon as the child stands in it: nothing can be written there, nothing stays.
    with tempfile.TemporaryDirectory(prefix="kyro-parse-") as empty:
        return subprocess.Popen(
            [*command, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=empty,
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
            start_new_session=True,
        )


def _read(process: "subprocess.Popen[bytes]", limits: Limits, waiting: Callable[[], None]) -> bytes:
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
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


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


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
