"""Chat with Gemini, through Google's client."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx2

from providers import sse
from providers.account import Account
from providers.base import ChatEvent, ChatMessage, ChatModel, ChatRequest
from providers.breaker import breaker_of
from providers.gemini.clients import Clients
from providers.gemini.tools import contents_of, offered
from providers.retries import Patience

NO_TOOLS = re.compile(r"function calling", re.IGNORECASE)  # "… is not enabled for this model"


class GeminiChatModel(ChatModel):
    calls_tools = True

    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.name, self.model, self.account = f"gemini/{model}", model, account
        self.label = model if account.base_url else f"{model} (Gemini)"
        self.patience = patience or Patience()
        self.breaker = breaker_of(account)
        self._clients = Clients(account, self.patience)

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        client: Any = await self._clients.asynchronous()
        # They need Google's package, which is loaded by now and no sooner.
        from providers.gemini.errors import FAILURES, translated
        from providers.gemini.reading import Answer

        answer = Answer(request, self.account)
        try:
            async with aclosing(await self._response(client, request)) as response:
                async for lines in sse.data_of(response.aiter_bytes()):
                    for line in lines:
                        for delta in answer.read(line):
                            yield delta
        except FAILURES as error:
            if not answer.reason:  # else all was said, only the end of the stream is missing
                raise translated(error, self.account) from error
        for call in answer.calls():
            yield call
        if finished := answer.finished():
            yield finished

    async def _response(self, client: Any, request: ChatRequest) -> httpx2.Response:
        """The open response. The client has no public way to it, and its own stream objects cost
        twice the CPU and leave the connection to the garbage collector when a reader stops."""
        from google.genai.errors import APIError

        api = client._api_client
        path = f"models/{self.model}:streamGenerateContent?alt=sse"
        if not self.calls_tools:
            request = replace(request, tools=())
        sent = api._build_request("post", path, body_of(request))
        try:
            answered = await api._async_request(sent, stream=True)
        except APIError as error:
            if not (request.tools and error.code == 400 and NO_TOOLS.search(str(error.message))):
                raise
            self.calls_tools = False  # it has said so; from now on it is not asked
            return await self._response(client, request)
        response: httpx2.Response = answered.response_stream
        return response


def body_of(request: ChatRequest) -> dict[str, Any]:
    """https://ai.google.dev/api/generate-content: what the system says stands apart, and a
    conversation begins with the person."""
    spoken = [message for message in request.messages if message.role != "system"]
    while spoken[:1] and spoken[0].role == "assistant":
        spoken.pop(0)
    system = [part_of(message) for message in request.messages if message.role == "system"]
    return {
        "contents": contents_of(spoken),
        **({"systemInstruction": {"parts": system}} if system else {}),
        **({"tools": offered(request.tools)} if request.tools else {}),
        "generationConfig": {
            "temperature": request.temperature,
            "maxOutputTokens": request.max_tokens,
        },
    }  # fmt: skip


def part_of(message: ChatMessage) -> dict[str, str]:
    return {"text": message.content}
