"""Chat through the OpenAI wire protocol, which many other servers speak too."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx2
import openai

from providers import connections, sse
from providers.account import Account
from providers.base import ChatEvent, ChatModel, ChatRequest
from providers.breaker import breaker_of
from providers.openai.clients import Clients
from providers.openai.errors import FAILURES, translated
from providers.openai.reading import Answer
from providers.openai.tools import message_of, offered
from providers.openai.wishes import Wishes
from providers.retries import Patience

OPTIONAL = ("max_tokens", "temperature", "stream_options", "tools")


class OpenAIChatModel(ChatModel):
    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.name, self.model, self.account = f"openai/{model}", model, account
        self.label = model if account.base_url else f"{model} (OpenAI)"
        self.patience = patience or Patience()
        self.breaker = breaker_of(account)
        self._clients = Clients(account, self.patience)
        self._wishes = Wishes()

    @property
    def calls_tools(self) -> bool:  # type: ignore[override]
        """Until it has said that it does not."""
        return "tools" not in self._wishes.refused

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        answer = Answer(request, in_gulps=connections.reads_in_gulps(self.account))
        try:
            async with aclosing(await self._response(request)) as response:
                # The client's own chunk objects cost three times the CPU of reading the lines,
                # and the web process pays it for every reader.
                async for lines in sse.data_of(response.aiter_bytes()):
                    for delta in answer.read(lines):
                        yield delta
        except FAILURES as error:
            if not answer.reason:  # else all was said, only the line that ends it is missing
                raise translated(error, self.account) from error
        for call in answer.calls():
            yield call
        if finished := answer.finished():
            yield finished

    async def _response(self, request: ChatRequest) -> httpx2.Response:
        while True:
            parameters = self._parameters(request)
            try:
                return await self._clients.streamed("chat/completions", parameters)
            except openai.APIStatusError as error:
                # Of what was not sent a refusal can only speak by chance.
                sent = [name for name in OPTIONAL if name in parameters]
                if not self._wishes.learns_from(error, sent):
                    raise

    def _parameters(self, request: ChatRequest) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [message_of(message) for message in request.messages],
            "stream": True,
            **self._wishes.without_refused(
                {
                    "temperature": request.temperature,
                    "max_tokens": request.max_tokens,
                    "stream_options": {"include_usage": True},
                    **({"tools": offered(request.tools)} if request.tools else {}),
                }
            ),
        }
