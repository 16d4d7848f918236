"""One child process of the supervisor: start, notice its end, stop it with all it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .account import MYSELF, Account
from .stop_signals import obey

LARGEST_LOG_BYTES = 10_000_000


@dataclass(eq=False)
class Child:
    """Without `log` its output is a pipe for the supervisor to read; `errors` may go elsewhere."""

    name: str
    command: Sequence[str]
    env: dict[str, str]
    cwd: Path
    log: Path | None = None
    errors: Path | None = None
    account: Account = MYSELF
    stop_signal: int = signal.SIGTERM
    # The signal for a dead supervisor: databases shut down cleanly, the rest is built to be killed.
    death_signal: int = signal.SIGKILL
    stop_seconds: float = 15
    inherited: tuple[int, ...] = ()
    niceness: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0, init=False)

    def start(self) -> None:
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(open_log(self.log)) if self.log else subprocess.PIPE
            errors = stack.enter_context(open_log(self.errors)) if self.errors else None
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=errors or subprocess.STDOUT,
                pass_fds=self.inherited,
                **self.account.popen_options(self.death_signal),
            )
        if self.niceness:
            os.setpriority(os.PRIO_PROCESS, self.process.pid, self.niceness)
        self.started_at = time.monotonic()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def process_id(self) -> int:
        return self.process.pid if self.process else 0

    def finish(self) -> tuple[int, str]:
        """Start what ends by itself, wait for it: exit code and what came through the pipe.

        Raises Stopped, and what else interrupts it, with nothing left of all that it started.
        """
        self.start()
        assert self.process
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    printed, _ = self.process.communicate(timeout=0.1)
                    return self.process.returncode, (printed or b"").decode(errors="replace")
                obey()
        finally:
            self.kill_group()

    def ask_to_stop(self) -> None:
        if self.process and self.is_alive:
            self.process.send_signal(self.stop_signal)

    def kill_group(self) -> None:
        """Also what a dead child left behind: it leads a process group of its own."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def stop(children: Sequence[Child], meanwhile: Callable[[float], None] = time.sleep) -> None:
    """Ask all at once, wait for each, then kill what is left of its group."""
    for child in children:
        child.ask_to_stop()
    asked_at = time.monotonic()
    for child in children:
        while child.is_alive and time.monotonic() - asked_at < child.stop_seconds:
            meanwhile(0.03)
        child.kill_group()


def open_log(path: Path) -> BinaryIO:
    """Append; a grown file becomes `<name>.1` first. Opened here, so any account may write."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_name(path.name + ".1"))
    return open(path, "ab", buffering=0, opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
