"""The children's lines: to the terminal with the name in front, and to `<data>/log/<name>.log`."""

import contextlib
import os
import select
import selectors
import sys
import time
from functools import partial
from pathlib import Path
from typing import BinaryIO

from .children import Child, open_log


class Output:
    """Read in the supervisor's only thread, by callbacks of one selector."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "log"
        self.selector = selectors.DefaultSelector()
        self.hangup = select.poll()
        if sys.stdout.isatty():
            self.hangup.register(sys.stdout, 0)  # asks for nothing, is told of a hang-up

    def has_lost_terminal(self) -> bool:
        """A closed window tells only the session's first process, and `make` keeps it to itself."""
        return bool(self.hangup.poll(0))

    def follow(self, child: Child) -> None:
        if child.process and child.process.stdout:
            stream = child.process.stdout
            os.set_blocking(stream.fileno(), False)
            relay = partial(self._relay, child.name, stream, bytearray())
            self.selector.register(stream, selectors.EVENT_READ, relay)

    def wait(self, seconds: float) -> None:
        """Serve what arrives within `seconds`; sleeps them out, so that a loop never spins."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                key.data()

    def _relay(self, name: str, stream: BinaryIO, rest: bytearray) -> None:
        chunk = os.read(stream.fileno(), 65536)
        rest += chunk
        if not chunk:
            self.selector.unregister(stream)
            stream.close()
        complete = len(rest) if not chunk else rest.rfind(b"\n") + 1
        lines, rest[:complete] = bytes(rest[:complete]), b""
        self.show(name, lines.decode("utf-8", errors="replace"))

    def show(self, name: str, text: str) -> None:
        if not text:
            return
        # The terminal may be gone and the disk full: neither may end the supervisor.
        with contextlib.suppress(OSError):
            for line in text.splitlines():
                sys.stdout.write(f"{name:<9}│ {line}\n")
            sys.stdout.flush()
        with contextlib.suppress(OSError), open_log(self.folder / f"{name}.log") as log:
            log.write(text.encode())
