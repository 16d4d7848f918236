"""A process that must not outlive its parent, even when the parent is killed with -9 (Linux)."""

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Any

# Loaded before any fork: between fork and exec nothing may import or allocate more than it must.
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def follow(parent: int, death_signal: int = signal.SIGKILL) -> None:
    """Have the kernel send `death_signal` to this process when `parent` ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # it ended before the call
        os.kill(os.getpid(), death_signal)


def before_exec(death_signal: int, *, own_user_namespace: bool = False) -> Callable[[], None]:
    """For Popen(preexec_fn=…). Fork from the main thread: the signal follows the forking thread."""
    parent = os.getpid()

    def prepare() -> None:
        if own_user_namespace and _libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
        follow(parent, death_signal)

    return prepare


def follow_worker(**_: Any) -> None:
    """For Celery's signals of its pool and beat processes, which outlive a killed main process."""
    from billiard.process import current_process

    follow(current_process()._parent_pid)
