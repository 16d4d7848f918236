"""What a tool is: a name a model may call, what it takes, and what it gives back to whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from documents.retrieval import Parameters, Passage, SearchScope
from providers import base
from providers.asides import Meter
from providers.base import ChatModel


class ToolError(Exception):
    """The tool could not do it. The message tells the person why, and the model that plans: like
    `Result.told`, never a word that comes from a document."""


@dataclass(frozen=True)
class Reach:
    """What tools may touch in one answer: decided by the server, never by what a model says."""

    scopes: tuple[SearchScope, ...]  # what the chatbot reads, and what was dropped into the chat
    parameters: Parameters
    model: ChatModel
    meter: Meter


@dataclass(frozen=True)
class Result:
    """told: to the model that plans, so never a word of a document, nor its name. summary: to the
    person. material: to the model that answers, with the passages it may cite."""

    told: str
    summary: str
    material: str = ""
    passages: list[Passage] = field(default_factory=list)


@dataclass(frozen=True)
class Tool:
    """`parameters` is a JSON schema of type object; `run` gets arguments that fit it and raises
    ToolError or ProviderError."""

    name: str
    label: str | Promise
    description: str
    parameters: dict[str, Any]
    run: Callable[[Reach, dict[str, Any]], Awaitable[Result]]

    def offered(self) -> base.Tool:
        return base.Tool(self.name, self.description, self.parameters)
