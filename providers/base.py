"""Chat models and embedders. Adapters write `_stream` and `_embed`; the rules live here, once."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from providers.errors import ProviderError
from providers.retries import Patience, Retries

Vectors = npt.NDArray[np.float32]
Kind = Literal["query", "passage"]


@dataclass(frozen=True)
class Usage:
    tokens_input: int
    tokens_output: int
    exact: bool  # False: our own estimate, the provider did not count


@dataclass(frozen=True)
class ChatMessage:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Passage:
    """A retrieved chunk as the model sees it; `number` is what it cites as [n]."""

    number: int
    text: str
    document_name: str
    page: int | None


@dataclass(frozen=True)
class ChatRequest:
    messages: tuple[ChatMessage, ...]
    passages: tuple[Passage, ...]
    question: str
    refusal_text: str
    temperature: float
    max_tokens: int


@dataclass(frozen=True)
class TextDelta:
    text: str


@dataclass(frozen=True)
class Finished:
    """reason: stop, length, content_filter, no_answer, or the provider's own word."""

    reason: str
    usage: Usage


ChatEvent = TextDelta | Finished


class ChatModel(ABC):
    name: str
    label: str
    patience = Patience()

    @abstractmethod
    def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Deltas, then one Finished. Raises ProviderError."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Deltas, then exactly one Finished; anything else is a ProviderError.

        Failures that may pass are tried again, but only before the first token: afterwards the
        reader has seen text. Closing this generator closes the provider's stream.
        """
        clock, retries, started = _Clock(self.patience), Retries(self.patience), False
        while True:
            try:
                async with aclosing(self._stream(request)) as events:
                    while event := await clock.next(events, started):
                        started = True
                        yield event
                        if isinstance(event, Finished):
                            return
                raise _cut()
            except ProviderError as error:
                if started:
                    raise
                await asyncio.sleep(retries.pause_after(error))


def _cut() -> ProviderError:
    return ProviderError(
        "The model's answer broke off before it was complete. Try again.",
        code="stream_cut",
        permanent=False,
    )


class _Clock:
    """Waits for the next event no longer than the first-token, idle and total limits allow."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.ends_at = time.monotonic() + patience.total

    async def next(
        self, events: AsyncGenerator[ChatEvent, None], started: bool
    ) -> ChatEvent | None:
        limit = self.patience.idle if started else self.patience.first_token
        left = self.ends_at - time.monotonic()
        try:
            async with asyncio.timeout(min(limit, left)):
                return await anext(events, None)
        except TimeoutError:
            raise self._too_slow(limit, left, started) from None

    def _too_slow(self, limit: float, left: float, started: bool) -> ProviderError:
        if left <= limit:
            message = f"The answer took longer than {self.patience.total:g} s. Try again."
            return ProviderError(message, code="total_timeout", permanent=False)
        if started:
            message = f"The model stopped in mid-answer for {limit:g} s. Try again."
            return ProviderError(message, code="idle_timeout", permanent=False)
        message = f"The model did not answer in {limit:g} s. Try again."
        return ProviderError(message, code="first_token_timeout", permanent=False)


class Embedder(ABC):
    """Turns texts into vectors. Vectors are only comparable within one `model`."""

    model: str
    dimension: int
    batch_size: int
    patience = Patience()

    @abstractmethod
    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors [len(texts), dimension]; at most batch_size texts. Raises ProviderError."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, dimension], each row of length 1."""
        batches = [
            self._attempt(texts[start : start + self.batch_size], "passage")
            for start in range(0, len(texts), self.batch_size)
        ]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *batches])

    def embed_query(self, text: str) -> Vectors:
        """float32 [dimension] of length 1."""
        vector: Vectors = self._attempt([text], "query")[0]
        return vector

    def _attempt(self, texts: Sequence[str], kind: Kind) -> Vectors:
        retries = Retries(self.patience)
        while True:
            try:
                return self._checked(self._embed(texts, kind), len(texts))
            except ProviderError as error:
                time.sleep(retries.pause_after(error))

    def _checked(self, found: Vectors, count: int) -> Vectors:
        vectors = np.asarray(found, np.float32)
        expected = (count, self.dimension)
        if vectors.shape != expected:
            shape = f"{vectors.shape} numbers, not {expected}"
            raise self._refused(f"The embedding model {self.model} returned {shape}.")
        lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._refused(f"The embedding model {self.model} returned an unusable vector.")
        normalised: Vectors = (vectors / lengths).astype(np.float32)
        return normalised

    def _refused(self, message: str) -> ProviderError:
        return ProviderError(message, code="bad_vectors", permanent=False)
