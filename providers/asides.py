"""A model asked beside the answer a person reads: its words as a whole, and what they took.

What is cut off is paid for too, so the meter runs whatever comes of it.
"""

from contextlib import aclosing
from dataclasses import dataclass, field

from providers.base import (
    ChatModel,
    ChatRequest,
    Finished,
    TakenOver,
    TextDelta,
    ToolCalled,
    Usage,
)
from providers.errors import ProviderError


@dataclass(frozen=True)
class Taken:
    """What one call took: which model, and for what it was asked."""

    purpose: str
    model: str
    usage: Usage


@dataclass
class Meter:
    taken: list[Taken] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        return sum(one.usage.tokens_input + one.usage.tokens_output for one in self.taken)


@dataclass
class Said:
    model: str
    text: str = ""
    calls: list[ToolCalled] = field(default_factory=list)
    usage: Usage | None = None
    taken_over: bool = False


async def said_by(model: ChatModel, request: ChatRequest, purpose: str, meter: Meter) -> Said:
    """All that it says and asks for. Raises ProviderError.

    Counted as the provider does; what was cut off, by a cancel too, is estimated. A refusal before
    the first word takes nothing.
    """
    said = Said(model.name)
    try:
        async with aclosing(model.stream(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    said.text += event.text
                elif isinstance(event, ToolCalled):
                    said.calls.append(event)
                elif isinstance(event, TakenOver):
                    said.model, said.taken_over = event.model, True
                elif isinstance(event, Finished):
                    said.usage = event.usage
    except ProviderError:
        if said.text or said.calls:
            _count(said, request, purpose, meter)
        raise
    except BaseException:
        _count(said, request, purpose, meter)
        raise
    _count(said, request, purpose, meter)
    return said


def _count(said: Said, request: ChatRequest, purpose: str, meter: Meter) -> None:
    usage = said.usage or Usage.estimated(request, said.text)
    meter.taken.append(Taken(purpose, said.model, usage))
