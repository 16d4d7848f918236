"""The policy of every URL: how its owner opens it, and what a stranger finds there.

A new URL or method needs a line here, or `test_isolation.py` fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.isolation.world import World

Values = Callable[[World], Any]


@dataclass(frozen=True)
class Door:
    """One URL and method. `path`, `body` and `query` are made from a person's world.

    `scope` is the API key's; pages have none. A stranger gets 404, but where the door is `blind`
    to what the body or query names: there the other's rows are as if they did not exist.
    """

    url: str
    method: str
    scope: str = ""
    path: Values = lambda world: []
    body: Values = lambda world: {}
    query: Values = lambda world: {}
    blind: bool = False

    def __str__(self) -> str:
        query = "?" + "&".join(self.query(World())) if self.query(World()) else ""
        return f"{self.method} {self.url}{query}"

    @property
    def is_page(self) -> bool:
        return not self.scope

    def address(self, world: World) -> str:
        return reverse(self.url, args=self.path(world))

    def names_rows_in(self, part: str) -> bool:
        """Whether the path, body or query name rows of a person."""
        values: Values = getattr(self, part)
        return values(World()) != values(World())


def code_of(response: Any) -> str:
    """The code of a refusal, in our words or in those that OpenAI's clients read."""
    told = response.json()
    return told["error"]["code"] if "error" in told else told["code"]


def document(world: World) -> list[Any]:
    return [world.document]


def waiting(world: World) -> list[Any]:
    return [world.waiting]


def locked(world: World) -> list[Any]:
    return [world.locked]


def chunk(world: World) -> list[Any]:
    return [world.chunk]


def chatbot(world: World) -> list[Any]:
    return [world.chatbot]


def slug(world: World) -> list[Any]:
    return [world.slug]


def conversation(world: World) -> list[Any]:
    return [world.conversation]


def answer(world: World) -> list[Any]:
    return [world.answer]


def key(world: World) -> list[Any]:
    return [world.key]


def credential(world: World) -> list[Any]:
    return [world.credential]


def upload(world: World) -> list[Any]:
    return [world.upload]


def always(value: Any) -> Values:
    return lambda world: value


QUESTION = always({"content": "Who sings?"})
