"""What a person can choose from, and what answers now."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["offline", "platform", "own"]


@dataclass(frozen=True)
class ModelChoice:
    """name: as stored with a chatbot. source: whose account pays (offline: nobody's)."""

    name: str
    label: str
    provider: str
    source: Source


@dataclass(frozen=True)
class Answering:
    """Which models answer and embed by default, and a sentence that says why."""

    chat: ModelChoice
    embedding: ModelChoice
    reason: str
    fallback: ModelChoice | None = None
