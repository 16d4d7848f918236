"""A person's own model server, on loopback, and the way to the vendors closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest

from outbound import permits
from providers.tests import wire_server

if TYPE_CHECKING:
    from tests.isolation.world import World

NOWHERE = "http://127.0.0.1:9"  # nothing answers there
KEY = "sk-of-a-person-4711"


class OwnServer(wire_server.WireServer):
    """Lists one model, and takes one key. In its refusal it repeats the key that it was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.RequestHandlerClass = _Handler
        self.key = KEY

    @property
    def keys_seen(self) -> set[str]:
        return {authorization.removeprefix("Bearer ") for _, authorization, _ in self.requests}


class _Handler(wire_server._Handler):
    def do_GET(self) -> None:
        self.server.requests.append((self.path, self.headers["Authorization"], None))
        if self._is_refused():
            return
        row = {"id": "llama3.2", "object": "model", "created": 1, "owned_by": "me"}
        self.answer(200, {"object": "list", "data": [row]})

    def do_POST(self) -> None:
        if not self._is_refused():
            super().do_POST()

    def _is_refused(self) -> bool:
        sent = self.headers["Authorization"]
        if sent == f"Bearer {self.server.key}":
            return False
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(401, {"error": {"message": f"Incorrect API key provided: {sent}"}})
        return True


@cache
def running_server() -> OwnServer:
    server = OwnServer()
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    return server


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnServer]:
    """Running, permitted by the operator, and with nothing asked of it yet."""
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    server = running_server()
    server.requests.clear()
    server.behaviours.clear()
    server.key = KEY
    permits.configure([f"127.0.0.1:{server.server_address[1]}"])
    yield server
    permits.configure()


def own_server_key(world: World) -> dict[str, str]:
    return {"provider": "openai", "secret": KEY, "base_url": running_server().base_url}
