"""A Ctrl-C at every step of looking at a child: each time the child must still be stoppable.

python -m config.tests.interrupted: ends with 0, or hangs as the supervisor did.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from config.embedded.children import Child, stop
from config.embedded.stop_signals import Stopped, note_stop_signals, obey


@contextlib.contextmanager
def ctrl_c_at(step: int) -> Iterator[None]:
    """Steps are the interpreter's: it runs handlers between them."""
    left = step

    def trace(frame: FrameType, event: str, argument: object):
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGINT)
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


def interrupt_at(step: int) -> None:
    child = Child("sleep", ["sleep", "1000"], {"PATH": os.defpath}, Path("/"), stop_seconds=1)
    child.start()
    note_stop_signals()
    with contextlib.suppress(Stopped), ctrl_c_at(step):
        assert child.is_alive
        obey()
    stop([child])


if __name__ == "__main__":
    for number in range(1, 100):  # a look has about seventy
        interrupt_at(number)
