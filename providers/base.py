"""Chat models, embedders and rerankers. Adapters write `_stream`, `_embed` and `_rerank`; the rules
live here, once."""

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from language.tokens import estimate_tokens
from providers.breaker import NEVER
from providers.clock import Clock
from providers.errors import ProviderError
from providers.refusals import told
from providers.retries import Patience, Retries
from providers.windows import UNKNOWN_WINDOW

Vectors = npt.NDArray[np.float32]
Answer = TypeVar("Answer")
Kind = Literal["query", "passage"]
LONGEST_ANSWER = 2_000_000  # characters; a server may ignore max_tokens


@dataclass(frozen=True)
class Usage:
    tokens_input: int
    tokens_output: int
    exact: bool  # False: our own estimate, the provider did not count

    @classmethod
    def estimated(cls, request: "ChatRequest", said: str) -> "Usage":
        return cls(request.tokens, estimate_tokens(said), exact=False)


@dataclass(frozen=True)
class Tool:
    """What a model may ask for. `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ToolCalled:
    """The model asks for a tool, in the field its protocol has for that and never in its text.

    arguments: None where what came is no JSON object. said: the call in the provider's own words,
    which wants it back unchanged.
    """

    id: str
    name: str
    arguments: dict[str, Any] | None
    said: dict[str, Any] | None = None


@dataclass(frozen=True)
class ChatMessage:
    """tool_calls: what an assistant asked for. answers: the call that a tool's result is of."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCalled, ...] = ()
    answers: ToolCalled | None = None

    @cached_property
    def tokens(self) -> int:
        return estimate_tokens(self.content)


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
    tools: tuple[Tool, ...] = ()

    @property
    def tokens(self) -> int:
        """What is sent, as we estimate it."""
        return sum(message.tokens for message in self.messages)


@dataclass(frozen=True)
class TextDelta:
    """is_all: when it was read, nothing more had come."""

    text: str
    is_all: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class TakenOver:
    """From here on another model answers: the chosen one failed before its first word."""

    model: str


@dataclass(frozen=True)
class Finished:
    """reason: stop, length, tool_calls, no_answer, or the provider's own word."""

    reason: str
    usage: Usage


ChatEvent = TextDelta | ToolCalled | Finished | TakenOver


class ChatModel(ABC):
    name: str
    label: str
    writes = True  # does as it is told in words; False: quotes passages, and nothing else
    calls_tools = False
    context_window = UNKNOWN_WINDOW  # tokens, of what is sent and said together
    patience = Patience()
    breaker = NEVER

    @abstractmethod
    def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Deltas and calls, then one Finished. Raises ProviderError."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Deltas and calls, then exactly one Finished; anything else is a ProviderError.

        Failures that may pass are tried again, but only before the first token: afterwards the
        reader has seen text. Where no tools are offered, calls are dropped. Closing this generator
        closes the provider's stream.
        """
        clock, retries, said = Clock(self.patience), Retries(self.patience), 0
        while True:
            self.breaker.admit()
            try:
                async with aclosing(self._stream(request)) as events:
                    while event := await clock.next(events, said > 0):
                        if isinstance(event, ToolCalled) and not request.tools:
                            continue
                        said += self._accepted(event, said, request)
                        yield event
                        if isinstance(event, Finished):
                            return
                raise told("stream_cut")
            except ProviderError as error:
                self.breaker.failed(error)
                if said:
                    raise
                await asyncio.sleep(retries.pause_after(error))

    def _accepted(self, event: ChatEvent, said: int, request: ChatRequest) -> int:
        """How many characters the event adds. Raises for text without end, and for no end."""
        added = len(event.text) if isinstance(event, TextDelta) else 0
        added += isinstance(event, ToolCalled)
        if said + added > LONGEST_ANSWER:
            message = "The model's answer has no end, so it was stopped."
            raise ProviderError(message, code="endless_answer", permanent=True)
        if isinstance(event, Finished):
            _check_end(event, said, request)
            self.breaker.passed()
        return added


def _check_end(finished: Finished, said: int, request: ChatRequest) -> None:
    """An answer without a word or call, or one the provider's filter ended, is none."""
    if finished.reason == "content_filter":
        raise told("content_filter")
    if said or request.tools:  # no call is an answer too
        return
    if finished.reason == "length":
        message = (
            f"The model used up its {request.max_tokens} tokens before its first word. "
            "Allow it more in the chatbot's settings."
        )
        raise ProviderError(message, code="max_tokens", permanent=True)
    raise ProviderError("The model said nothing. Try again.", code="no_text", permanent=False)


class Waited(ABC):
    """A model whose answer comes whole, to a thread that waits for it."""

    model: str
    patience = Patience()
    breaker = NEVER

    def _patiently(self, ask: Callable[[], Answer], *, can_wait: bool = True) -> Answer:
        """Documents wait while the provider is left alone, within the budget; a reader does not:
        the search then goes on without."""
        retries = Retries(self.patience)
        while True:
            try:
                self.breaker.admit()
                return self._reported(ask)
            except ProviderError as error:
                if not can_wait and error.code == "provider_paused":
                    raise
                time.sleep(retries.pause_after(error))

    def _reported(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, and tell the breaker what came of it."""
        try:
            answer = ask()
        except ProviderError as error:
            self.breaker.failed(error)
            raise
        self.breaker.passed()
        return answer


class Embedder(Waited):
    """Turns texts into vectors. Vectors are only comparable within one `model`."""

    dimension: int
    batch_size: int
    truncates = False  # it reads max_tokens of a text and passes over the rest
    max_tokens = 512  # of one passage, as count_tokens counts; what is beyond may not be read

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How much of max_tokens each text takes: an estimate where only the vendor has the
        tokenizer. Counts beyond max_tokens only say that it is too long."""
        return [estimate_tokens(text) for text in texts]

    @abstractmethod
    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors [len(texts), dimension]; at most batch_size texts. Raises ProviderError."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, dimension], each row of length 1."""
        batches = [
            self._vectors(texts[start : start + self.batch_size], "passage")
            for start in range(0, len(texts), self.batch_size)
        ]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *batches])

    def embed_query(self, text: str) -> Vectors:
        """float32 [dimension] of length 1."""
        vector: Vectors = self._vectors([text], "query")[0]
        return vector

    def _vectors(self, texts: Sequence[str], kind: Kind) -> Vectors:
        return self._patiently(
            lambda: self._checked(self._embed(texts, kind), len(texts)),
            can_wait=kind == "passage",
        )

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


class Scores(list[float]):
    """Relevance, one number per text in the order given, higher is better; what it took."""

    def __init__(self, scores: Sequence[float], usage: Usage) -> None:
        super().__init__(scores)
        self.usage = usage


class Reranker(Waited):
    """Reads a query and a text together and tells how well the one answers the other.

    Scores are comparable within one call alone: some models give shares, some any numbers.
    """

    own_key = False  # whether a person's own account pays
    # A reader waits for it, three seconds or a little more; the search can do without.
    patience = Patience(
        first_token=2.5, idle=2.5, total=2.5, retries=1, retry_budget=0.5, pause=0.1
    )

    @abstractmethod
    def _rerank(self, query: str, texts: Sequence[str]) -> Scores:
        """Raises ProviderError."""

    def rerank(self, query: str, texts: Sequence[str]) -> Scores:
        """One finite number per text, in the order given. Raises ProviderError."""
        if not texts:
            return Scores([], Usage(0, 0, exact=True))
        return self._patiently(
            lambda: self._checked(self._rerank(query, texts), len(texts)), can_wait=False
        )

    def _checked(self, scores: Scores, count: int) -> Scores:
        if len(scores) != count or not all(map(math.isfinite, scores)):
            raise told("bad_scores")
        return scores
