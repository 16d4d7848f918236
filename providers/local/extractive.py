"""Answers without a language model: the one or two sentences of the passages that answer best,
word for word, cited. A row of a table comes as a small table under its header.

Words covered and similarity rank the sentences; `refusal` decides whether to answer at all.
Without the embedder (its failure is never the reader's problem) words alone decide, less sharply.
Figures are in docs/rag.md.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import numpy as np

from providers.base import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Embedder,
    Finished,
    TextDelta,
    Usage,
)
from providers.errors import ProviderError
from providers.local import refusal
from providers.local.background import Background
from providers.local.embedder import LocalEmbedder
from providers.local.ranking import Candidate, Question, candidates, quoted
from providers.local.refusal import Compared, Evidence
from providers.retries import Patience
from providers.settings import ProviderSettings

log = logging.getLogger(__name__)

# Similarity decides between sentences that share words with the question about as much as the
# words do; the order of the passages, where both are about the same.
SIMILARITY_WEIGHT = 6.0
PLACE_WEIGHT = 0.02
LEXICAL, LEADING = (
    6,
    4,
)  # candidates that are embedded: the best by words, and the first of the best passages
LEADING_FOREIGN = (
    12  # more of the latter when no words are shared: the question is in another language
)
FEW_WORDS = 0.2
SECOND_ADDS, THIRD_ADDS = 0.12, 0.3  # of the question's weight, to deserve a place
NEARLY = 0.15  # score difference to the best

_DELTA = re.compile(r"\S+\s*")
WORDS_PER_DELTA = 8


@dataclass(frozen=True)
class Scored:
    candidate: Candidate
    score: float  # comparable within one answer only


@dataclass(frozen=True)
class Considered:
    question: Question
    scored: Sequence[Scored]
    evidence: Evidence

    def best(self) -> list[Candidate]:
        return _chosen(self.question, self.scored)


class ExtractiveChatModel(ChatModel):
    name = "extractive"
    label = "Quotes from your documents (no language model)"
    writes = False

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._background = Background(embedder) if embedder else None

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        quotes = await asyncio.to_thread(self.quotes, request)
        said = quoted(quotes) or request.refusal_text
        words = _DELTA.findall(said)
        for start in range(0, len(words), WORDS_PER_DELTA):
            yield TextDelta("".join(words[start : start + WORDS_PER_DELTA]))
        usage = Usage.estimated(request, said)
        yield Finished("stop" if quotes else "no_answer", usage)

    def quotes(self, request: ChatRequest) -> list[Candidate]:
        """Sentences and rows as they stand in the passages; empty means refuse."""
        considered = self.considered(request)
        if not considered:
            return []
        verdict = refusal.verdict(considered.evidence)
        if not verdict.is_answerable:
            log.debug("Refused by %s", verdict.reason)
            return []
        return considered.best()

    def considered(self, request: ChatRequest) -> Considered | None:
        """None where there is nothing to weigh: no words, or a code that no passage has."""
        found = candidates(request.passages)
        question = Question(request.question, found)
        if not found or not question.words or question.lacks_its_codes(found):
            return None
        return Considered(question, *self._weighed(request.question, question, found))

    def _weighed(
        self, text: str, question: Question, found: Sequence[Candidate]
    ) -> tuple[list[Scored], Evidence]:
        lexical = [question.score(candidate) for candidate in found]
        if self._embedder and self._background:
            pool = _pool(lexical)
            compared = Compared(
                text, question, [found[i] for i in pool], [lexical[i] for i in pool]
            )
            try:
                meant = compared.embedded(self._embedder)
                evidence = refusal.by_meaning(compared, meant, self._background)
            except ProviderError as error:
                log.warning("Answering by words alone: %s", error.message)
            else:
                places = np.array([one.place for one in compared.found])
                scores = SIMILARITY_WEIGHT * meant.similarities - PLACE_WEIGHT * places
                scores += np.array(compared.lexical)
                return _scored(compared.found, scores.tolist()), evidence
        return _scored(found, lexical), refusal.by_words(question, lexical)


def _scored(found: Sequence[Candidate], scores: Sequence[float]) -> list[Scored]:
    return [Scored(*pair) for pair in zip(found, scores, strict=True)]


def _pool(lexical: Sequence[float]) -> list[int]:
    """Indices of the sentences worth embedding (about 12 ms each)."""
    by_words = sorted(range(len(lexical)), key=lambda index: -lexical[index])[:LEXICAL]
    leading = LEADING if max(lexical) >= FEW_WORDS else LEADING_FOREIGN
    others = [index for index in range(len(lexical)) if index not in by_words]
    return by_words + others[:leading]


def _chosen(question: Question, scored: Sequence[Scored]) -> list[Candidate]:
    """The best; one that adds words of the question or is as good; a third if it adds much."""
    ordered = sorted(scored, key=lambda one: (-one.score, one.candidate.place))
    best = ordered[0]
    chosen, covered = [best.candidate], question.covered(best.candidate)
    for one in ordered[1:]:
        added = question.share(question.covered(one.candidate) - covered)
        if len(chosen) == 1:
            deserves = added >= SECOND_ADDS or best.score - one.score <= NEARLY
        else:
            deserves = added >= THIRD_ADDS
        if deserves:
            chosen.append(one.candidate)
            covered |= question.covered(one.candidate)
        if len(chosen) == 3:
            break
    return chosen


def from_settings(settings: ProviderSettings, model: str) -> ExtractiveChatModel:
    if settings.embedder_socket is None:
        return ExtractiveChatModel()
    embedder = LocalEmbedder(settings.embedder_socket, answer_seconds=3)
    embedder.patience = Patience(retries=0)  # an answer by words now beats a better one later
    return ExtractiveChatModel(embedder)
