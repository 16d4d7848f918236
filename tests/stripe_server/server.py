"""The book behind HTTP: keys, idempotency, errors, and pages to press buttons on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.stripe_server import api, pages
from tests.stripe_server.book import Book, Refusal
from tests.stripe_server.forms import decode
from tests.stripe_server.shapes import Shape


class StripeServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.lock = threading.RLock()
        self.tell: Callable[[Shape], object] | None = None  # each event, as soon as it is there
        self.forget()

    def forget(self) -> None:
        """As new: nothing sold, nothing asked, nothing wrong."""
        self.book = Book()
        self.requests: list[tuple[str, str, Shape]] = []
        self.answers: dict[str, tuple[str, Shape]] = {}
        self.is_down = False
        self._told = 0

    @contextmanager
    def running(self) -> Iterator[StripeServer]:
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()

    def answer(self, method: str, path: str, given: Shape, once: str) -> Shape:
        self.requests.append((method, path, given))
        if self.is_down:
            raise Refusal(503, "Stripe is down.")
        told = json.dumps([method, path, given], sort_keys=True)
        if once in self.answers:
            before, answered = self.answers[once]
            if before != told:
                raise Refusal(400, "Keys for idempotent requests can only be used with the same.")
            return answered
        answered = api.answer(self.book, self.url, method, path, given)
        if once:
            self.answers[once] = (told, answered)
        return answered

    def press(self, url: str, button: str) -> str:
        with self.lock:
            where = pages.act(self.book, urlsplit(url).path, button)
        self.tell_news()
        return where

    def tell_news(self) -> None:
        news, self._told = self.book.events[self._told :], len(self.book.events)
        for event in news if self.tell else []:
            self.tell(event)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StripeServer

    def respond(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        given = decode(body or parts.query)
        try:
            if not parts.path.startswith("/v1/"):
                return self._page(parts.path, given)
            if not self.headers.get("Authorization", "").startswith("Bearer sk_test_"):
                raise Refusal(401, "You did not provide an API key.")
            once = self.headers.get("Idempotency-Key", "")
            with self.server.lock:
                answered = self.server.answer(self.command, parts.path, given, once)
                told = json.dumps(answered)
            self._send(200, told)
        except Refusal as refusal:
            self._send(refusal.status, json.dumps(refusal.body))
        return self.server.tell_news()

    do_GET = do_POST = do_DELETE = respond

    def _page(self, path: str, given: Shape) -> None:
        if self.command == "GET":
            return self._send(200, pages.show(self.server.book, path), "text/html; charset=utf-8")
        self.send_response(303)
        self.send_header("Location", self.server.press(path, given.get("act", "")))
        self.send_header("Content-Length", "0")
        return self.end_headers()

    def _send(self, status: int, text: str, kind: str = "application/json") -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Request-Id", "req_1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""
