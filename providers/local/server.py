"""The embedder process: one copy of the model for every web and worker process of this machine.

    python -m providers.local.server (--fd N | --socket PATH) --models DIR [--die-with-parent]

With --fd it takes over a listening socket, so clients may connect before the model is loaded;
they wait.
"""

import argparse
import ctypes
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import numpy as np

from providers.base import Vectors
from providers.local import wire
from providers.local.model import DIMENSION, E5
from providers.local.turns import Turns

log = logging.getLogger("embedder")
PR_SET_PDEATHSIG = 1


class Gone(Exception):
    """The client closed its connection while we computed."""


class Server:
    def __init__(self, listener: socket.socket, model: E5) -> None:
        self.listener, self.model, self.turns = listener, model, Turns()

    def serve_forever(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Answers one client until it leaves or sends nonsense."""
        with connection:
            try:
                while (content := wire.receive(connection)) is not None:
                    wire.send(connection, self.answer(content, connection))
            except wire.BadFrame as refused:
                log.warning("%s", refused)
            except (ConnectionError, Gone):
                pass  # clients come and go

    def answer(self, content: bytes, connection: socket.socket) -> bytes:
        try:
            texts, kind = wire.read_request(content)
        except wire.BadFrame as refused:
            return wire.failure(str(refused))
        if kind == "count":
            with self.turns.take(urgent=False):
                return wire.answer_counts(self.model.count_tokens(texts))
        vectors: Vectors = np.empty((len(texts), DIMENSION), np.float32)
        for row, text in enumerate(texts):
            if row and has_left(connection):
                raise Gone
            with self.turns.take(urgent=kind == "query"):
                vectors[row] = self.model.encode(text, kind)
        return wire.answer(vectors)


def has_left(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen(128)
    return listener


def die_with_parent(parent: int) -> None:
    """Linux kills us when the thread that started us ends; elsewhere the supervisor must."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m providers.local.server")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--fd", type=int)
    where.add_argument("--socket", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--die-with-parent", action="store_true")
    options = parser.parse_args(arguments)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # turns share out the cores
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    parent = os.getppid()
    if options.die_with_parent:
        die_with_parent(parent)
    listener = listen(options.socket) if options.socket else socket.socket(fileno=options.fd)
    listener.setblocking(True)  # a supervisor may have used it without
    model = E5(options.models)
    log.info("The offline embedder is ready.")
    Server(listener, model).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
