import hashlib
from dataclasses import asdict, replace

import numpy as np
import pytest

from providers.base import Embedder, Passage
from providers.local.background import Background
from providers.local.ranking import Question, candidates
from providers.local.refusal import WEIGHTS, Compared, Evidence, by_meaning, by_words, verdict

TEXT = "The lighthouse keeper counts gulls. Salt is dried in long wooden sheds. Tea grows uphill."
ASKED = "Who counts the gulls?"
FIGURES = ("words", "words_of_nearest", "length", "nearness", "distinct", "outstanding")


class Banded(Embedder):
    """Texts point anywhere, the same each time; `floor` is what all of them have in common."""

    model, dimension, batch_size = "banded", 9, 16

    def __init__(self, floor):
        self.floor = floor

    def _embed(self, texts, kind):
        return np.array([self._of(text) for text in texts], np.float32)

    def _of(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
        own = np.random.default_rng(seed).normal(size=8)
        own *= np.sqrt(1 - self.floor) / np.linalg.norm(own)
        return [np.sqrt(self.floor), *own]


def compared(text=TEXT, asked=ASKED):
    found = candidates([Passage(1, text, "file.txt", None)])
    question = Question(asked, found)
    return Compared(asked, question, found, [question.score(one) for one in found])


def evidence(embedder, **texts):
    shown = compared(**texts)
    return by_meaning(shown, shown.embedded(embedder), Background(embedder))


def test_a_model_whose_cosines_lie_in_a_narrow_band_gives_the_same_evidence():
    wide, narrow = evidence(Banded(0.0)), evidence(Banded(0.7))
    for name in FIGURES:
        assert asdict(narrow)[name] == pytest.approx(asdict(wide)[name], abs=1e-4)


def test_more_evidence_never_turns_an_answer_into_a_refusal():
    for weights in WEIGHTS.values():
        assert set(weights) <= {*FIGURES, "constant"}
        assert all(weight >= 0 for name, weight in weights.items() if name != "constant")


@pytest.mark.parametrize("kind", WEIGHTS)
def test_nothing_is_refused_and_everything_answered(kind):
    nothing = Evidence(words=0.0, kind=kind)
    everything = replace(nothing, **dict.fromkeys(FIGURES, 1.0))
    assert not verdict(nothing).is_answerable
    assert verdict(everything).is_answerable


def test_the_reason_names_what_was_weighed():
    said = verdict(Evidence(words=0.25, length=0.5)).reason
    assert said.startswith("words alone: words 0.25, length 0.50; -")


@pytest.mark.parametrize(
    ("words", "courtesy", "is_answerable"),
    [(0.0, 0.3, True), (0.0, 0.5, False), (1.0, 0.5, True), (1.0, 0.7, False)],
)
def test_a_greeting_is_not_answered_whatever_is_near_it(words, courtesy, is_answerable):
    near = Evidence(words=words, nearness=1.0, distinct=1.0, kind="same language")
    assert verdict(replace(near, courtesy=courtesy)).is_answerable == is_answerable


def test_a_long_text_that_begins_with_a_greeting_is_a_question():
    asked = "Hello, who are they that count the gulls up there?"
    assert evidence(Banded(0.7), asked=asked).courtesy == 0.0
    assert evidence(Banded(0.7), asked="Hello!").courtesy == pytest.approx(1.0, abs=0.4)


@pytest.mark.parametrize(
    ("asked", "is_said"),
    [("18700", True), ("18,700 roubles", True), ("18700 dollars", False), ("roubles", False)],
)
def test_a_number_that_a_sentence_has_is_answered_however_it_is_written(asked, is_said):
    found = evidence(Banded(0.7), text="The yearly fee is 18 700 roubles.", asked=asked)
    assert found.is_said == is_said
    assert verdict(replace(found, nearness=-1.0, courtesy=1.0)).is_answerable == is_said


def test_by_words_alone_the_best_sentence_and_the_length_of_the_question_count():
    shown = compared()
    found = by_words(shown.question, shown.lexical)
    assert found == Evidence(words=max(shown.lexical), length=2 / 6)


def test_languages_that_differ_and_share_no_words_are_weighed_apart():
    assert evidence(Banded(0.7), asked="ใครนับนกนางนวล").kind == "other language"
    assert evidence(Banded(0.7), asked="Who counts the gulls?").kind == "same language"


def test_a_passage_of_one_sentence_is_weighed():
    assert evidence(Banded(0.7), text="The keeper counts gulls.").outstanding == 0.0
