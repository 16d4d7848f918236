"""The readers' side: a warm process that forks a reader for every document, or picture of a page.

Starting Python and loading parsers or models costs more than reading most documents, so one process
does it once and each document gets a fork of it: its own process, under limits it sets on itself.
Run by path with `python -I`, so the project is put on the import path by hand.
"""

import ctypes
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
REQUEST_BYTES = 16_384


def main(descriptor: str, module: str, idle_seconds: str) -> None:
    """Serve until the parent is gone, or has asked for nothing for so long; 0 is for ever."""
    stand_nowhere()
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    read = import_module(module).read

    with socket.socket(fileno=int(descriptor)) as parent, suppress(TimeoutError):
        while serve_one(parent, read, float(idle_seconds) or None):
            pass


def stand_nowhere() -> None:
    """In a folder that is gone: nothing can be written there, nothing stays."""
    empty = tempfile.mkdtemp(prefix="kyro-parse-")
    os.chdir(empty)
    os.rmdir(empty)


def serve_one(
    parent: socket.socket, read: Callable[..., None], patience: float | None = None
) -> bool:
    """One request: fork the reader, name it, say how it ended. False once the parent is gone."""
    parent.settimeout(patience)
    request, descriptors, _flags, _address = socket.recv_fds(parent, REQUEST_BYTES, 1)
    parent.settimeout(None)
    if not request:
        return False
    reader = os.fork()
    if reader == 0:
        try:
            parent.close()
            become_reader(descriptors[0])
            read(**json.loads(request))
        finally:
            os._exit(1)  # a reader never comes back here
    os.close(descriptors[0])
    with suppress(OSError):  # either side may be first, and the reader may be through already
        os.setpgid(reader, reader)
    parent.send(str(reader).encode())
    if not parent.recv(1):  # the worker died
        os.killpg(reader, signal.SIGKILL)
        os.waitpid(reader, 0)
        return False
    parent.send(str(os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1])).encode())
    return True


def become_reader(output: int) -> None:
    forker = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The forker may have died before the line above took effect.
    if os.getppid() != forker:
        os._exit(1)
    with suppress(OSError):
        os.setpgid(0, 0)
    os.dup2(output, 1)
    os.close(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
