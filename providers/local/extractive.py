"""Answers without a language model: the one or two sentences of the passages that answer best,
word for word, cited. A row of a table comes as a small table under its header.

Lexical coverage and e5 similarity rank the sentences; the same figures decide when to refuse.
Without the embedder (its failure is never the reader's problem) words alone decide, less sharply.

Measured on six retrieved paragraphs a question (per cent; 150 questions a set, 80 across
languages; the limits below were chosen on the same sets). Off-topic questions meet the nearest
paragraphs of other articles ("near") or any ("far").

    SQuAD 2 / XQuAD             en   th   zh   hi   de   ar   th→en  zh→en  de→en  hi→en  ar→en
    answer holds the gold       85   79   89   81   81   78     48     56     55     69     42
    wrongly refused              2    1    2    7    2    3     38     34     34     14     46
    refused, near               93   84   87   90   87   88     91     85     95     64     95
    refused, far                99   95  100  100   95   99
    by words alone: gold        78   78   83   77   73   77      0      5     10      0      0
    by words alone: near / far  52/93 87/99 71/98 41/85 62/91 55/97

A question on the topic whose answer the text lacks (SQuAD 2 impossible) is refused in 7 % only.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from language.tokens import estimate_tokens
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
from providers.local.embedder import LocalEmbedder
from providers.local.ranking import Candidate, Question, candidates, quoted
from providers.retries import Patience
from providers.settings import ProviderSettings

log = logging.getLogger(__name__)

# Similarity decides between sentences that share words with the question about as much as the
# words do.
SIMILARITY_WEIGHT = 4.0
LEXICAL, LEADING = (
    6,
    4,
)  # candidates that are embedded: the best by words, and the first of the best passages
LEADING_FOREIGN = (
    12  # more of the latter when no words are shared: the question is in another language
)
FEW_WORDS = 0.2
SECOND_ADDS, THIRD_ADDS = 0.12, 0.3  # of the question's weight, to deserve a place
NEARLY = 0.06  # score difference to the best

# Refusal: similarity + 0.05 × lexical score below a limit that depends on the languages (e5 finds
# any two Chinese
# texts closer, and texts of different languages farther apart). See `_is_answerable`.
SAME_LANGUAGE, OTHER_LANGUAGE, IDEOGRAPHS = 0.845, 0.80, 0.878
CERTAIN_WORDS = 0.6  # lexical score that answers whatever the similarity
WORDS_ALONE = {"ideographs": 0.12, "other": 0.28, "latin": 0.22}
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_DELTA = re.compile(r"\S+\s*")
WORDS_PER_DELTA = 8


@dataclass(frozen=True)
class Scored:
    candidate: Candidate
    lexical: float
    similarity: float | None  # None: not embedded

    @property
    def score(self) -> float:
        if self.similarity is None:
            return self.lexical
        return self.lexical + SIMILARITY_WEIGHT * (self.similarity - SAME_LANGUAGE)


class ExtractiveChatModel(ChatModel):
    name = "extractive"
    label = "Quotes from your documents (no language model)"
    writes = False

    def __init__(self, embedder: Embedder | None = None) -> None:
        """embedder: multilingual-e5-small, for which the limits are calibrated."""
        self._embedder = embedder

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        quotes = await asyncio.to_thread(self.quotes, request)
        said = quoted(quotes) or request.refusal_text
        words = _DELTA.findall(said)
        for start in range(0, len(words), WORDS_PER_DELTA):
            yield TextDelta("".join(words[start : start + WORDS_PER_DELTA]))
        asked = sum(estimate_tokens(message.content) for message in request.messages)
        usage = Usage(asked, estimate_tokens(said), exact=False)
        yield Finished("stop" if quotes else "no_answer", usage)

    def quotes(self, request: ChatRequest) -> list[Candidate]:
        """Sentences and rows as they stand in the passages; empty means refuse."""
        found = candidates(request.passages)
        question = Question(request.question, found)
        if not found or not question.words:
            return []
        scored = self._scored(request.question, question, found)
        if not is_answerable(request.question, question, scored):
            return []
        return _chosen(question, scored)

    def _scored(self, text: str, question: Question, found: Sequence[Candidate]) -> list[Scored]:
        lexical = [question.score(candidate) for candidate in found]
        pool = _pool(lexical)
        texts = [found[index].in_words or found[index].text for index in pool]
        similarities = self._similarities(text, texts)
        if similarities is None:
            return [Scored(*pair, None) for pair in zip(found, lexical, strict=True)]
        return [
            Scored(found[index], lexical[index], similarity)
            for index, similarity in zip(pool, similarities, strict=True)
        ]

    def _similarities(self, question: str, texts: Sequence[str]) -> list[float] | None:
        if self._embedder is None:
            return None
        try:
            query = self._embedder.embed_query(question)
            return [float(value) for value in self._embedder.embed_passages(texts) @ query]
        except ProviderError as error:
            log.warning("Answering by words alone: %s", error.message)
            return None


def _pool(lexical: Sequence[float]) -> list[int]:
    """Indices of the sentences worth embedding (about 12 ms each)."""
    by_words = sorted(range(len(lexical)), key=lambda index: -lexical[index])[:LEXICAL]
    leading = LEADING if max(lexical) >= FEW_WORDS else LEADING_FOREIGN
    others = [index for index in range(len(lexical)) if index not in by_words]
    return by_words + others[:leading]


def is_answerable(text: str, question: Question, scored: Sequence[Scored]) -> bool:
    found = [one.candidate for one in scored]
    if question.lacks_its_codes(found):
        return False
    lexical = max(one.lexical for one in scored)
    similarities = [one.similarity + 0.05 * one.lexical for one in scored if one.similarity]
    if not similarities:
        return lexical >= WORDS_ALONE[_script(text)]
    if lexical >= CERTAIN_WORDS:
        return True
    if _script(text) == "ideographs" and _IDEOGRAPH.search(found[0].text):
        return max(similarities) >= IDEOGRAPHS
    kinship = min(1.0, max(0.0, (question.known(found) - 0.15) / 0.35))
    return max(similarities) >= OTHER_LANGUAGE + kinship * (SAME_LANGUAGE - OTHER_LANGUAGE)


def _script(text: str) -> str:
    if _IDEOGRAPH.search(text):
        return "ideographs"
    return "latin" if _LATIN.search(text) else "other"


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
