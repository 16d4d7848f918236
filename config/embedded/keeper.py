"""Keeps one child running: started again when it ends, soon at first, then more patiently."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .children import Child
from .output import Output
from .refusals import last_lines

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
SETTLED_SECONDS = 30


@dataclass
class Keeper:
    child: Child
    output: Output
    welcome: Callable[[Child], None] = field(default=lambda child: None)
    """Told of every process that was started."""
    begin: Callable[[], None] | None = None
    """Instead of starting the child: wait for its first connection."""
    ends: int = 0
    pause: float = FIRST_PAUSE
    again_at: float | None = None

    def start(self) -> None:
        self.child.start()
        self.welcome(self.child)

    def look(self) -> None:
        if self.child.process is None or self.child.is_alive:
            return
        if self.again_at is None:
            self._notice_end()
        elif time.monotonic() >= self.again_at:
            self._begin_again()

    def _notice_end(self) -> None:
        self.child.kill_group()  # what a killed main process left behind
        self.ends += 1
        lasted = time.monotonic() - self.child.started_at
        self.pause = FIRST_PAUSE if lasted > SETTLED_SECONDS else min(self.pause * 2, LONGEST_PAUSE)
        self.again_at = time.monotonic() + self.pause
        self._say(f"{self.child.name} ended ({self._how()}) and is started again.{self._reason()}")

    def _begin_again(self) -> None:
        self.again_at = None
        ended, self.child.process = self.child.process, None
        try:
            (self.begin or self.start)()
        except OSError as error:  # no memory, no space: perhaps later
            self.child.process = ended
            self._say(f"{self.child.name} cannot be started: {error}")

    def _how(self) -> str:
        code = self.child.process.returncode if self.child.process else 0
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def _reason(self) -> str:
        failed = self.child.process is not None and (self.child.process.returncode or 0) > 0
        return f" {last_lines(self.child.log, 1)}" if failed and self.child.log else ""

    def _say(self, sentence: str) -> None:
        self.output.show("kyro", sentence + "\n")
