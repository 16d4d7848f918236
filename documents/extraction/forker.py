"""The worker's handle on the warm process that forks readers (`child.py`)."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")
SECONDS_TO_END = 1.0
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": os.defpath,
    # One thread: a fork has none of its parent's, but all of the locks they held.
    "OPENBLAS_NUM_THREADS": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}


@dataclass(frozen=True)
class Program:
    """What a warm process loads: a module with read(**request), and how long it stays unasked."""

    module: str
    idle_seconds: float = 0  # 0: as long as its worker


PARSERS = Program("documents.extraction.reading")
# The models take 160 MB, which most installations need only now and then.
RECOGNITION = Program("documents.extraction.ocr.reading", idle_seconds=60)

_idle: dict[Program, list["Forker"]] = {}


@contextmanager
def forker(program: Program, request: bytes) -> Iterator["Forker"]:
    """A warm process with a reader at work on `request`; kept for the next unless it broke."""
    chosen = _started(program, request)
    try:
        yield chosen
    except BaseException:
        chosen.end()
        raise
    _idle.setdefault(program, []).append(chosen)


def _started(program: Program, request: bytes) -> "Forker":
    """By an idle process or a new one: an idle one may have ended since its last document."""
    while idle := _idle.get(program):
        chosen = idle.pop()
        try:
            chosen.start(request)
        except ConnectionError:
            chosen.end()
        else:
            return chosen
    chosen = Forker(program)
    try:
        chosen.start(request)
    except BaseException:
        chosen.end()
        raise
    return chosen


def end_all() -> None:
    for idle in _idle.values():
        while idle:
            idle.pop().end()


class Forker:
    """Answers one request at a time: a reader's number, then how that reader ended."""

    def __init__(self, program: Program) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            about = [str(theirs.fileno()), program.module, str(program.idle_seconds)]
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(CHILD), *about],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.reader = 0
        self.output = -1

    def start(self, request: bytes) -> None:
        """Fork a reader, whose output comes from `output`. ConnectionError: this one is gone."""
        output, theirs = os.pipe()
        try:
            socket.send_fds(self._socket, [request], [theirs])
            self.reader = int(self._receive())
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(theirs)
        self.output = output

    def kill_reader(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.reader, signal.SIGKILL)

    def status(self) -> int:
        """The exit status of a reader whose output has ended, as Popen.returncode gives it."""
        self._socket.send(b".")
        self._socket.settimeout(SECONDS_TO_END)
        try:
            return int(self._receive())
        except TimeoutError:
            self.kill_reader()
            self._socket.settimeout(None)
            self._receive()
            raise
        finally:
            self._socket.settimeout(None)

    def _receive(self) -> bytes:
        answer = self._socket.recv(32)
        if not answer:
            raise ConnectionResetError("the process that forks readers is gone")
        return answer

    def end(self) -> None:
        """Closing the connection ends the process and the reader at work."""
        self._socket.close()
        self._process.wait()


# A forked worker must not talk to its parent's processes.
os.register_at_fork(after_in_child=_idle.clear)
