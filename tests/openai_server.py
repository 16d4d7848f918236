"""A chat model on loopback that speaks OpenAI's protocol, slowly: a word at a time."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SlowModel(BaseHTTPRequestHandler):
    words = 40
    reply = ""  # said in place of word0 to word39
    seconds_per_word = 0.05
    running = 0
    cut = 0  # streams whose reader went away

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        kind = type(self)
        kind.running += 1
        try:
            for piece in self._pieces():
                self._chunk({"content": piece})
                time.sleep(self.seconds_per_word)
            self._chunk({}, finish_reason="stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            kind.cut += 1
        finally:
            kind.running -= 1

    def _pieces(self) -> list[str]:
        if self.reply:
            return re.findall(r"\s*\S+\s*", self.reply)
        return [f"word{number} " for number in range(self.words - 1)] + [
            f"word{self.words - 1} [1]. "
        ]

    def _chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "slow"}
        self.wfile.write(b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def slow_model() -> Iterator[tuple[str, type[SlowModel]]]:
    """The base URL of the model, and its class with the counters."""
    handler = type("Model", (SlowModel,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", handler
    finally:
        server.shutdown()
        server.server_close()
