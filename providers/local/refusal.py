"""Whether passages answer a question at all: figures about both, weighed, above zero or not.

No figure is a similarity as such. Cosines of one model and language lie in a narrow band of their
own, so they are measured from what ordinary texts have (`background`) and in parts of what is left
up to 1. Every weight but the constant is positive: more evidence never turns an answer into a
refusal. `python -m benchmarks.refusals --calibrate` prints the weights from one half of its data
and figures from the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from providers.base import Embedder, Vectors
from providers.local.background import LEAST_ROOM, Background, Ordinary
from providers.local.ranking import Candidate, Question

LONG = 6  # words, from which on a question is no longer short
SHARED = 0.35  # of the question's words, stop words too, in passages of the same language
COURTESY = 0.43  # of 550 questions in six languages none has more than 0.27
KNOWN_COURTESY = 0.25  # more, where the passages have its very words: a template for a thank-you
FEW_WORDS = 6  # a longer text is not looked at for that
STRANGERS = 2  # ordinary questions that a sentence is compared by: the nearest ones


@dataclass(frozen=True)
class Evidence:
    """Each figure is 0 to about 1, and grows with what speaks for an answer."""

    words: float  # weighted share of the question's words that the best sentence has
    words_of_nearest: float = 0.0  # the same of the sentence nearest in meaning
    length: float = 0.0  # of the question: few words are found by chance
    nearness: float = 0.0  # of the nearest sentence, beyond that of ordinary sentences
    distinct: float = 0.0  # nearness beyond what a sentence has to ordinary questions
    outstanding: float = 0.0  # of the nearest sentence, beyond half of the others
    courtesy: float = 0.0  # speaks against one: nearness of the question to greetings and thanks
    is_said: bool = False  # a sentence has the number or code that is asked for, and every word
    kind: str = "words alone"


@dataclass(frozen=True)
class Verdict:
    is_answerable: bool
    reason: str  # in words, for logs


Weights = Mapping[str, Mapping[str, float]]
WEIGHTS: Weights = {
    "words alone": {"words": 14.64, "length": 3.48, "constant": -7.36},
    "same language": {
        **{"nearness": 16.3, "distinct": 7.23, "words_of_nearest": 5.31, "words": 3.16},
        **{"length": 1.29, "constant": -10.28},
    },
    "other language": {
        **{"nearness": 12.61, "distinct": 3.31, "outstanding": 7.79, "constant": -4.99},
    },
}


def verdict(evidence: Evidence, all_weights: Weights = WEIGHTS) -> Verdict:
    if evidence.is_said:
        return Verdict(True, "a sentence has all of it, a number or code among them")
    if evidence.courtesy >= COURTESY + KNOWN_COURTESY * evidence.words:
        return Verdict(False, f"courtesy {evidence.courtesy:.2f}: it asks for nothing")
    weights, figures = all_weights[evidence.kind], asdict(evidence)
    score = weights["constant"] + sum(
        weight * figures[name] for name, weight in weights.items() if name != "constant"
    )
    said = ", ".join(f"{name} {figures[name]:.2f}" for name in weights if name != "constant")
    return Verdict(score >= 0, f"{evidence.kind}: {said}; {score:+.2f}")


@dataclass(frozen=True)
class Compared:
    """A question and the sentences worth embedding, with the share of its words in each."""

    text: str
    question: Question
    found: Sequence[Candidate]
    lexical: Sequence[float]

    def embedded(self, embedder: Embedder) -> Meant:
        """Raises ProviderError."""
        sentences = [one.in_words or one.text for one in self.found]
        return Meant(embedder.embed_query(self.text), embedder.embed_passages(sentences))


@dataclass(frozen=True)
class Meant:
    query: Vectors  # [dimension]
    sentences: Vectors  # [n, dimension]

    @cached_property
    def similarities(self) -> Vectors:
        return self.sentences @ self.query


def by_words(question: Question, lexical: Sequence[float]) -> Evidence:
    return Evidence(max(lexical), length=_length(question))


def by_meaning(compared: Compared, meant: Meant, background: Background) -> Evidence:
    """Raises ProviderError where ordinary texts are still to be embedded."""
    similarities = meant.similarities
    nearest = int(similarities.argmax())
    usual = background.sentences(compared.found[nearest].text, _of_its_passage(compared, meant))
    asked = background.questions(compared.text, meant.query)
    level = float((usual.vectors @ meant.query).mean())
    room = max(LEAST_ROOM, 1 - level)
    strangers = np.sort(meant.sentences @ asked.vectors.T, axis=1)[:, -STRANGERS:].mean(axis=1)
    is_foreign = (
        usual.language != asked.language and compared.question.known(compared.found) < SHARED
    )
    return Evidence(
        kind="other language" if is_foreign else "same language",
        words=max(compared.lexical),
        words_of_nearest=compared.lexical[nearest],
        length=_length(compared.question),
        nearness=(float(similarities[nearest]) - level) / room,
        distinct=float((similarities - strangers).max()) / room,
        outstanding=float(similarities[nearest] - np.median(similarities)) / room,
        is_said=any(map(compared.question.is_said_by, compared.found)),
        courtesy=_courtesy(compared, meant, asked, background),
    )


def _of_its_passage(compared: Compared, meant: Meant) -> Vectors:
    """The sentences beside the nearest: others may be in another language."""
    place = compared.found[int(meant.similarities.argmax())].place
    return meant.sentences[[one.place == place for one in compared.found]]


def _courtesy(compared: Compared, meant: Meant, asked: Ordinary, background: Background) -> float:
    if len(compared.text.split()) > FEW_WORDS:
        return 0.0
    return background.courtesy(compared.text, meant.query, asked)


def _length(question: Question) -> float:
    return min(len(question.words), LONG) / LONG
