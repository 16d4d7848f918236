"""Statements about paragraphs whose truth is known: said by them, by others, or altered.

Each comes in halves that share no article, so that limits found on one are reported on the other.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.judged import rows
from language.sentences import sentences

SETS = ("squad2dev_a", *(f"xquad_{language}" for language in ("en", "de", "th", "zh", "ar", "hi")))
HALVES = ("calibration", "report")
ARTICLE = 5  # paragraphs side by side
LEAST = 30  # characters of a sentence; Chinese says as much in ten
UNSPACED = {"th", "zh"}
DENIALS = {
    **{"en": ((" is ", " is not "), (" was ", " was not "), (" are ", " are not ")), "de": ()},
    "th": (("เป็น", "ไม่เป็น"), ("ได้รับ", "ไม่ได้รับ")),
    "zh": (("是", "不是"), ("有", "没有")),
    "ar": ((" كان ", " لم يكن "), (" كانت ", " لم تكن ")),
    "hi": ((" है", " नहीं है"), (" था", " नहीं था")),
}
DENIALS["de"] = ((" ist ", " ist nicht "), (" wurde ", " wurde nicht "), (" war ", " war nicht "))
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-zé]{3,}\b")
ASKED = re.compile(r"^(?:in )?(?:what|who|when|where|which|how (?:many|much)|how|why)\b\s*", re.I)


@dataclass(frozen=True)
class Stated:
    """A statement, the paragraph it cites and whether that says so. `kind` tells how it was made:
    by `quote`, `part` of one, `restated` from question and answer, with an altered `number`,
    `name` or `denial`, or citing a `neighbour`. Kinds `across` cite the paragraph in English."""

    kind: str
    language: str
    half: str
    text: str
    paragraph: str
    is_said: bool
    question: str = ""


class Statements:
    def __init__(self, ir: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.sets = {name: _read(ir / name) for name in SETS}

    def __iter__(self) -> Iterator[Stated]:
        english = [paragraph for paragraph, _ in self.sets["xquad_en"]]
        for name, found in self.sets.items():
            language = name.rpartition("_")[2] if name.startswith("xquad") else "en"
            paragraphs = [paragraph for paragraph, _ in found]
            for place, (paragraph, asked) in enumerate(found):
                half = HALVES[place // ARTICLE % 2]
                near = self._neighbour(paragraphs, place)
                yield from self._about(language, half, paragraph, near, asked)
                if language != "en":
                    yield from self._across(language, half, place, english, paragraph, asked)

    def _neighbour(self, paragraphs: Sequence[str], place: int) -> str:
        first = place - place % ARTICLE
        others = [text for text in paragraphs[first : first + ARTICLE] if text != paragraphs[place]]
        return self.random.choice(others or paragraphs)

    def _about(
        self, language: str, half: str, paragraph: str, near: str, asked: list[tuple[str, str]]
    ) -> Iterator[Stated]:
        said = _sentences(paragraph, language)
        for text in self.random.sample(said, min(1, len(said))):
            yield Stated("quote", language, half, text, paragraph, is_said=True)
            yield Stated("quote, neighbour", language, half, text, near, is_said=False)
            first = re.split(r"[,;，、；]\s*", text)[0]
            if first != text and len(first) > LEAST:
                yield Stated("part", language, half, first, paragraph, is_said=True)
        for question, answer in self.random.sample(asked, min(1, len(asked))):
            text = restated(question, answer, language)
            yield Stated("restated", language, half, text, paragraph, True, question)
            yield Stated("restated, neighbour", language, half, text, near, False, question)
        alterations = {"number": self._number, "name": self._name, "denial": self._denial}
        for kind, alter in alterations.items():
            altered = self._altered(said, alter, language)
            if altered:
                yield Stated(kind, language, half, altered, paragraph, is_said=False)

    def _across(
        self,
        language: str,
        half: str,
        place: int,
        english: Sequence[str],
        paragraph: str,
        asked: list[tuple[str, str]],
    ) -> Iterator[Stated]:
        near = self._neighbour(english, place)
        said = [(text, "") for text in _sentences(paragraph, language)]
        told = [(restated(*one, language), one[0]) for one in asked]
        for kind, texts in (("across: translated", said), ("across: restated", told)):
            for text, question in self.random.sample(texts, min(1, len(texts))):
                yield Stated(kind, language, half, text, english[place], True, question)
                yield Stated(f"{kind}, neighbour", language, half, text, near, False, question)

    def _altered(
        self, said: list[str], alter: Callable[[str, str], str], language: str
    ) -> str | None:
        found = [changed for text in said if (changed := alter(text, language)) != text]
        return self.random.choice(found) if found else None

    def _number(self, text: str, _language: str) -> str:
        found = list(re.finditer(r"[0-9]+", text))
        if not found:
            return text
        one = self.random.choice(found)
        other = str(int(one[0]) + self.random.choice([1, 2, 3, 5, 10]))
        return text[: one.start()] + other + text[one.end() :]

    def _name(self, text: str, language: str) -> str:
        found = list(NAME.finditer(text)) if language == "en" else []
        if not found:
            return text
        one = self.random.choice(found)
        names = NAME.findall(self.random.choice(self.sets["squad2dev_a"])[0])
        other = self.random.choice(names or ["Bartholomew"])
        return text[: one.start()] + other + text[one.end() :]

    def _denial(self, text: str, language: str) -> str:
        for plain, denied in DENIALS[language]:
            if text.count(plain) == 1 and denied not in text:
                return text.replace(plain, denied)
        return text


def restated(question: str, answer: str, language: str) -> str:
    """Question and answer as one statement, as a model would begin with the question's words."""
    asked = question.strip().rstrip("?？؟ ")
    if language in UNSPACED:
        return asked + answer
    return f"{ASKED.sub('', asked) if language == 'en' else asked} {answer}"


def _sentences(text: str, language: str) -> list[str]:
    least = LEAST // 3 if language in UNSPACED else LEAST
    found = [text[start:end] for start, end in sentences(text)]
    return [one.rstrip(".。।") for one in found if len(one) > least]


def _read(folder: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each paragraph with its questions and answers."""
    asked: dict[str, list[tuple[str, str]]] = {}
    for row in rows(folder / "qa.jsonl"):
        if row["answers"] and not row.get("impossible"):
            asked.setdefault(row["pid"], []).append((row["question"], row["answers"][0]))
    texts = rows(folder / "corpus.jsonl")
    return [(" ".join(row["text"].split()), asked.get(row["_id"], [])) for row in texts]
