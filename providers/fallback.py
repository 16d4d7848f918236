"""A second model for when the chosen one fails before its first word."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from providers.base import ChatEvent, ChatModel, ChatRequest, TakenOver
from providers.errors import ProviderError

log = logging.getLogger(__name__)
# The question itself was refused. Another model might take it, but a verdict of one provider's
# filter is not to be shopped around, and who wrote too much should hear so.
ABOUT_THE_REQUEST = {"too_long", "content_filter", "refused", "max_tokens"}


class WithFallback(ChatModel):
    """Answers as the chosen model; each of the two has its own patience and breaker."""

    def __init__(self, chosen: ChatModel, substitute: ChatModel) -> None:
        self.name, self.label, self.writes = chosen.name, chosen.label, chosen.writes
        self.context_window = chosen.context_window
        self.chosen, self.substitute = chosen, substitute

    @property
    def calls_tools(self) -> bool:  # type: ignore[override]
        return self.chosen.calls_tools

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """As the chosen model's; TakenOver goes before what the substitute says. Which tools to
        call is asked of the chosen one alone: what it has called, another could not go on with."""
        begun = False
        try:
            async with aclosing(self.chosen.stream(request)) as events:
                async for event in events:
                    begun = True
                    yield event
            return
        except ProviderError as error:
            if begun or request.tools or error.code in ABOUT_THE_REQUEST:
                raise
            log.warning("%s answers for %s: %s", self.substitute.name, self.name, error.code)
            failure = error
        async with aclosing(self._substitute(request, failure)) as events:
            async for event in events:
                yield event

    async def _substitute(
        self, request: ChatRequest, failure: ProviderError
    ) -> AsyncGenerator[ChatEvent, None]:
        """Should it fail too, the chosen model's reason is the one to tell."""
        begun = False
        try:
            async with aclosing(self.substitute.stream(request)) as events:
                async for event in events:
                    if not begun:
                        yield TakenOver(self.substitute.name)
                    begun = True
                    yield event
        except ProviderError as error:
            if begun:
                raise
            raise failure from error

    def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        return self.stream(request)
