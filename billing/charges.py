"""What one piece of work may take at most, said before it is begun."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing.prices import FREE, Price


@dataclass(frozen=True)
class Charge:
    """The most that one answer may take of its payer: credits, and tokens of the day."""

    credits: int
    tokens: int = 0
    price: Price = FREE
    reason: str = ""
    chatbot_id: UUID | None = None
    by_owner: bool = True  # the chatbot's own asks; for others
    cap: int | None = None  # it may spend so many credits a day
