"""A person's own model server, on loopback, and the way to the vendors closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest

from outbound import permits
from providers.tests import wire_server
from providers.tests.wire import openai

if TYPE_CHECKING:
    from tests.isolation.world import World

NOWHERE = "http://127.0.0.1:9"  # nothing answers there
KEY = "sk-of-a-person-4711"
MODEL = "llama3.2"


class OwnServer(wire_server.WireServer):
    """Takes one key; when it refuses another it repeats what it was sent, as careless ones do."""

    def __init__(self) -> None:
        super().__init__()
        self.RequestHandlerClass = _Handler
        self.key = KEY

    @property
    def keys_seen(self) -> set[str]:
        return {key.removeprefix("Bearer ") for _path, key, _body in self.requests}


class _Handler(wire_server._Handler):
    def _behave(self, body: dict) -> None:
        sent = self.headers["Authorization"] or self.headers["x-goog-api-key"]
        if sent.removeprefix("Bearer ") != self.server.key:
            self.server.behaviours.insert(0, lambda handler: handler.answer(401, refusal(sent)))
        elif self.command == "GET":
            self.server.behaviours.insert(0, partial(openai.models, names=[MODEL]))
        super()._behave(body)


def refusal(sent: str) -> dict:
    return {"error": {"message": f"Incorrect API key provided: {sent}", "code": "invalid_api_key"}}


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
