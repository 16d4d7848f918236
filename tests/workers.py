"""A real Celery worker with beat for tests, in a process group that can be killed whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack import DATA

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Worker:
    processes: list[subprocess.Popen] = field(default_factory=list)

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-B", "-c", "2"]
        command += ["--schedule", str(DATA / "beat"), "-l", "warning", "--without-mingle"]
        environment = {**os.environ, "KYRO_CHAT_MODEL": "fake", "KYRO_EMBEDDING_MODEL": "fake"}
        with (DATA / "worker.log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def kill(self) -> None:
        """kill -9 of the main process and all its children, at once."""
        process = self.processes.pop()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """True as soon as the condition holds, False when it did not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return condition()
