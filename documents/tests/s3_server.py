"""A bucket on loopback that can be told to fail: S3's answers, as far as originals need them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

MISSING = b"<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>"
BROKEN = b"<Error><Code>InternalError</Code><Message>Broken.</Message></Error>"


class Shelf:
    """The objects by key, and what goes wrong for which methods."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failing: set[str] = set()
        self.hanging: set[str] = set()
        self.cut_after: int | None = None
        """GET tells the whole length, then ends after this many bytes."""
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    shelf: Shelf
    protocol_version = "HTTP/1.1"

    @property
    def key(self) -> str:
        return urlsplit(self.path).path.removeprefix("/originals/")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._works():
            self.shelf.objects[self.key] = body
            self._answer(200)

    def do_GET(self) -> None:
        if not self._works():
            return
        found = self.shelf.objects.get(self.key)
        if found is None:
            return self._answer(404, MISSING)
        if stretch := self.headers.get("Range", ""):
            return self._answer(206, found[int(stretch.removeprefix("bytes=").rstrip("-")) :])
        self._answer(200, found, sent=self.shelf.cut_after)
        self.close_connection = self.shelf.cut_after is not None

    def do_HEAD(self) -> None:
        found = self.shelf.objects.get(self.key)
        self._answer(404 if found is None else 200, found or b"", sent=0)

    def do_DELETE(self) -> None:
        if self._works():
            self.shelf.objects.pop(self.key, None)
            self._answer(204)

    def _works(self) -> bool:
        self.shelf.asked.append(self.command)
        if self.command in self.shelf.hanging:
            time.sleep(3)
            self.close_connection = True
            return False
        if self.command in self.shelf.failing:
            self._answer(500, BROKEN)
            return False
        return True

    def _answer(self, status: int, body: bytes = b"", sent: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:sent])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def s3_server() -> Iterator[tuple[str, Shelf]]:
    shelf = Shelf()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"shelf": shelf}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=[0.005], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", shelf
    finally:
        server.shutdown()
        server.server_close()
