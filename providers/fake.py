"""Providers for tests and demonstrations: real classes with results one can predict."""

import asyncio
import threading
import zlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence

import numpy as np

from language.terms import index_terms
from language.tokens import estimate_tokens
from providers.base import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Embedder,
    Finished,
    Kind,
    Reranker,
    Scores,
    TextDelta,
    ToolCalled,
    Usage,
    Vectors,
)

Reply = Sequence[str | float | Exception | Finished | ToolCalled | None]


class FakeEmbedder(Embedder):
    """Every word is one position, its CRC-32 modulo the dimension: texts that share words are
    near. "fake/96" is another model than "fake", with shorter vectors."""

    batch_size = 64

    def __init__(self, dimension: str = "") -> None:
        self.model = f"fake/{dimension}" if dimension else "fake"
        self.dimension = int(dimension or 768)
        self.failures: deque[Exception] = deque()
        self.calls: list[tuple[Kind, list[str]]] = []

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        self.calls.append((kind, list(texts)))
        if self.failures:
            raise self.failures.popleft()
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, np.float32)
        for term in index_terms(text) or ["empty"]:
            vector[zlib.crc32(term.encode()) % self.dimension] += 1
        return vector


class FakeReranker(Reranker):
    """The score of a text is the share of the query's terms that it has."""

    model = "fake"

    def __init__(self) -> None:
        self.failures: deque[Exception] = deque()
        self.calls: list[tuple[str, list[str]]] = []

    def _rerank(self, query: str, texts: Sequence[str]) -> Scores:
        self.calls.append((query, list(texts)))
        if self.failures:
            raise self.failures.popleft()
        wanted = set(index_terms(query))
        shares = [len(wanted & set(index_terms(text))) / (len(wanted) or 1) for text in texts]
        read = sum(estimate_tokens(text) for text in texts)
        return Scores(shares, Usage(estimate_tokens(query) + read, 0, exact=True))


class FakeChatModel(ChatModel):
    """Says the replies put into its queue, in order; without one it repeats the question and
    cites the first passage.

    A reply is a list of deltas and calls, or an exception. An exception inside the list is raised
    at that place; None ends the stream there without a finish reason, a Finished with its own;
    a number waits so many seconds. `pause` (asyncio or threading Event) holds every delta after
    the first. `reply_to` may be put in the place of what it says when the queue is empty.
    """

    name = "fake"
    label = "Fake model for tests"
    calls_tools = True

    def __init__(self) -> None:
        self.replies: deque[Reply | Exception] = deque()
        self.requests: list[ChatRequest] = []
        self.pause: asyncio.Event | threading.Event | None = None
        self.reply_to: Callable[[ChatRequest], Reply] = self._echo
        self.closed = 0  # streams that ended or were stopped

    def enqueue(self, *replies: Reply | Exception) -> None:
        self.replies.extend(replies)

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.requests.append(request)
        reply = self.replies.popleft() if self.replies else self.reply_to(request)
        deltas: Reply = [reply] if isinstance(reply, Exception) else reply
        said = ""
        try:
            for number, delta in enumerate(deltas):
                if number:
                    await self._gate()
                if delta is None:
                    return
                if isinstance(delta, Exception):
                    raise delta
                if isinstance(delta, float):
                    await asyncio.sleep(delta)
                    continue
                if isinstance(delta, Finished):
                    yield delta
                    return
                if isinstance(delta, ToolCalled):
                    yield delta
                    continue
                said += delta
                yield TextDelta(delta)
            yield Finished("stop", self._usage(request, said))
        finally:
            self.closed += 1

    @staticmethod
    def _echo(request: ChatRequest) -> list[str]:
        source = f" [{request.passages[0].number}]" if request.passages else ""
        return ["You asked: ", request.question, source]

    @staticmethod
    def _usage(request: ChatRequest, said: str) -> Usage:
        return Usage(request.tokens, estimate_tokens(said), exact=True)

    async def _gate(self) -> None:
        if isinstance(self.pause, threading.Event):
            while not self.pause.is_set():
                await asyncio.sleep(0.005)
        elif self.pause:
            await self.pause.wait()
