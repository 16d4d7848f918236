"""Chat through the OpenAI wire protocol, which many other servers speak too."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any

import httpx2
import openai
from openai import AsyncAPIResponse

from language.tokens import estimate_tokens
from providers.account import Account
from providers.base import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Finished,
    TextDelta,
    Usage,
)
from providers.errors import ProviderError
from providers.openai.clients import Clients
from providers.openai.errors import translated
from providers.retries import Patience

log = logging.getLogger(__name__)


class OpenAIChatModel(ChatModel):
    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.name, self.model = f"openai/{model}", model
        self.label = model if account.base_url else f"{model} (OpenAI)"
        self.patience = patience or Patience()
        self._clients = Clients(account, self.patience)

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        answer = _Answer(request)
        try:
            async with self._response(request) as response:
                # The client's own chunk objects cost three times the CPU of these lines (9 ms
                # against 3 ms for 64 tokens), and the web process pays it for every reader.
                async for line in response.iter_lines():
                    if line.startswith("data:"):
                        for delta in answer.read(line[5:].strip()):
                            yield delta
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            log.warning("%s: %s", self.name, error)
            raise translated(error) from error
        if finished := answer.finished():
            yield finished

    def _response(self, request: ChatRequest) -> AbstractAsyncContextManager[AsyncAPIResponse[Any]]:
        messages: Any = [asdict(message) for message in request.messages]
        completions: Any = self._clients.asynchronous.chat.completions.with_streaming_response
        response: AbstractAsyncContextManager[AsyncAPIResponse[Any]] = completions.create(
            model=self.model,
            messages=messages,
            temperature=request.temperature,
            max_tokens=request.max_tokens,
            stream=True,
            stream_options={"include_usage": True},
        )
        return response


class _Answer:
    """What the lines say besides text. Usage comes after the finish reason, or not at all."""

    def __init__(self, request: ChatRequest) -> None:
        self.request, self.reason = request, ""
        self.usage: dict[str, int] | None = None
        self.said: list[str] = []

    def read(self, line: str) -> list[TextDelta]:
        if line == "[DONE]":
            return []
        try:
            chunk = json.loads(line)
            self._check(chunk)
            self.usage = chunk.get("usage") or self.usage
            return [TextDelta(text) for choice in chunk["choices"] if (text := self._text(choice))]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = "The model provider sent an answer we cannot read."
            raise ProviderError(message, code="bad_answer", permanent=False) from error

    def _check(self, chunk: dict[str, Any]) -> None:
        if problem := chunk.get("error"):
            log.warning("The provider reported in mid-answer: %.200s", problem)
            message = "The model provider reported a problem in mid-answer. Try again."
            raise ProviderError(message, code="provider_down", permanent=False)

    def _text(self, choice: dict[str, Any]) -> str:
        self.reason = choice.get("finish_reason") or self.reason
        text: str = (choice.get("delta") or {}).get("content") or ""
        self.said.append(text)
        return text

    def finished(self) -> Finished | None:
        """None when the provider gave no finish reason: the stream was cut."""
        return Finished(self.reason, self._usage()) if self.reason else None

    def _usage(self) -> Usage:
        if self.usage:
            counted = self.usage["prompt_tokens"], self.usage["completion_tokens"]
            return Usage(*counted, exact=True)
        asked = sum(estimate_tokens(message.content) for message in self.request.messages)
        return Usage(asked, estimate_tokens("".join(self.said)), exact=False)
