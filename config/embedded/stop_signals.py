"""Ctrl-C, SIGTERM and SIGHUP: noted when they come, obeyed where the supervisor waits.

A handler that raises does so between any two steps: within `Popen.poll` it left a lock that nobody
gave back, so that the end waited for ever; within `Popen` a child that nobody knew of.
"""

import contextlib
import signal
import time
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_noted: list[int] = []


class Stopped(BaseException):
    """Unwinds to the end of `run`, which stops everything in order."""


def note_stop_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, _note)


def _note(number: int, frame: FrameType | None) -> None:
    _noted.append(number)


def obey() -> None:
    """Raises Stopped when a signal has come; called where nothing is half done."""
    if _noted:
        with contextlib.suppress(OSError):
            print("\nStopping. Ctrl-C again does not wait for running work.", flush=True)
        raise Stopped


def pause(seconds: float) -> None:
    time.sleep(seconds)
    obey()
