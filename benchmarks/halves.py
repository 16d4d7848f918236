"""Libraries and what is asked of them, in two halves that share no text: limits are found on one
half and reported on the other.

A SQuAD article goes with the XQuAD article whose words it has.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.articles import Article, Asked, alike, of_first_paragraph, squad, xquad
from benchmarks.judged import Judged, Reader, judgements, rows
from documents.extraction import extract

HALVES = ("calibration", "report")
LANGUAGES = ("en", "de", "th", "zh", "hi", "ar")
ACROSS = " asked of "  # in the name of a library that is asked in another language
FILES = 80  # with planted facts
CODES = ("What is the access phrase of {}?", "Which phrase belongs to {}?", "{}")
CHATTER = """Hello! · Thank you very much · ok · How are you today? · test · What can you do? · hi
Hallo! · Vielen Dank für die Hilfe · Wie geht es dir? · asdf · Good morning · สวัสดีครับ · ขอบคุณมาก
สบายดีไหม · 你好 · 谢谢你 · 你是谁？ · नमस्ते · धन्यवाद · आप कैसे हैं? · مرحبا · شكرا جزيلا
كيف حالك؟ · yes · no · Tell me a joke · What is the weather like? · Are you a robot? · ...
1 · why? · Who are you? · lol · Wer bist du? · bye"""


@dataclass
class Library:
    name: str
    half: str
    judged: Judged
    asked: list[Asked] = field(default_factory=list)


class Halves:
    """Everything asked of everything, in an order that depends on the seed alone."""

    def __init__(self, ir: Path, reader: Reader, *, questions: int, seed: int) -> None:
        self.ir, self.reader, self.questions = ir, reader, questions
        self.random = random.Random(seed)
        self.sets = {language: xquad(ir / f"xquad_{language}") for language in LANGUAGES}
        numbers = list(range(len(self.sets["en"])))
        self.random.shuffle(numbers)
        middle = len(numbers) // 2
        self.articles = dict(zip(HALVES, (numbers[:middle], numbers[middle:]), strict=True))
        said = re.split(r" · |\n", CHATTER)
        chatter = self.random.sample(said, len(said))
        self.chatter = dict(zip(HALVES, (chatter[::2], chatter[1::2]), strict=True))

    def libraries(self, corpus: Path | None, largest: int) -> Iterator[Library]:
        for half in HALVES:
            for language in LANGUAGES:
                yield from self._of_language(half, language)
            yield from self._of_squad(half)
            for name in ("scifact", "cranfield"):
                yield self._of_abstracts(half, name, largest)
        if corpus:
            yield from self._of_facts(corpus)

    def _of_language(self, half: str, language: str) -> Iterator[Library]:
        """Half of the articles are there, then the others; then one article, then one paragraph."""
        articles, numbers = self.sets[language], self.articles[half]
        middle = len(numbers) // 2
        parts = (numbers[:middle], numbers[middle:])
        for inside, outside in (parts, parts[::-1]):
            name = f"xquad {language}"
            library = self._library(name, half, {str(n): articles[n] for n in inside})
            library.asked = self._some([articles[n].questions for n in inside], "answerable")
            library.asked += self._some([articles[n].questions for n in outside], "near")
            if inside == parts[0]:
                library.asked += [Asked(text, "chatter") for text in self.chatter[half]]
                far = self._far(half, "cranfield", "scifact")
                yield from self._far_of(library, language, far)
                yield from self._across(library, language, inside, outside)
            yield library
        for number, other in zip(numbers, numbers[1:] + numbers[:1], strict=True):
            yield from self._small(half, language, number, other)

    def _far_of(self, library: Library, language: str, far: list[Asked]) -> Iterator[Library]:
        """They are English, so of other documents they are asked across languages."""
        if language == "en":
            library.asked += far
        else:
            name = f"en{ACROSS}{language}"
            yield Library(name, library.half, library.judged, far)

    def _across(
        self, library: Library, language: str, inside: Sequence[int], outside: Sequence[int]
    ) -> Iterator[Library]:
        """The same questions in another language than the documents."""
        for asked in LANGUAGES if language == "en" else ("en",):
            if asked == language:
                continue
            articles, few = self.sets[asked], self.questions // 2
            across = Library(f"{asked}{ACROSS}{language}", library.half, library.judged)
            inner, outer = ([articles[n].questions for n in part] for part in (inside, outside))
            across.asked = self._some(inner, "answerable", few) + self._some(outer, "near", few)
            yield across

    def _small(self, half: str, language: str, number: int, other: int) -> Iterator[Library]:
        articles = self.sets[language]
        whole = articles[number]
        first = Article(whole.paragraphs[:1], whole.questions[: of_first_paragraph(whole)])
        for size, article in (("one article", whole), ("one paragraph", first)):
            library = self._library(f"{size} {language}", half, {"the only one": article})
            library.asked = self._some([article.questions], "answerable", 2)
            library.asked += self._some([articles[other].questions], "near", 2)
            yield library

    def _of_squad(self, half: str) -> Iterator[Library]:
        articles = squad(self.ir / "squad2dev_a")
        like = {name: alike(article, self.sets["en"]) for name, article in articles.items()}
        names = [name for name in articles if like[name] in self.articles[half]]
        for outside in names:
            inside = {name: articles[name] for name in names if name != outside}
            library = self._library("squad", half, inside)
            few = 3 * self.questions // len(names)
            library.asked = self._some([a.questions for a in inside.values()], "answerable", few)
            library.asked += self._some([articles[outside].questions], "near", few)
            library.asked += self._some([a.impossible for a in inside.values()], "impossible", few)
            yield library

    def _of_abstracts(self, half: str, name: str, largest: int) -> Library:
        """One half of the abstracts, and the questions one of them answers."""
        texts = [row for row in rows(self.ir / name / "corpus.jsonl") if row["text"].strip()]
        random.Random(name).shuffle(texts)
        mine = texts[HALVES.index(half) :: 2]
        golds = judgements(self.ir / name)
        wanted = {gold for found in golds.values() for gold, _ in found}
        mine = sorted(mine, key=lambda row: row["_id"] not in wanted)[:largest]
        there = {row["_id"] for row in mine}
        library = Library(name, half, Judged(name))
        for row in mine:
            text = self.reader.read(row["text"], "text.txt", row.get("title", ""))
            library.judged.documents[row["_id"]] = text
        queries = self._queries(half, name)
        library.asked = [
            Asked(row["text"], "answerable")
            for row in queries
            if any(gold in there for gold, _ in golds.get(row["_id"], ()))
        ][: self.questions]
        for language in LANGUAGES:
            questions = [self.sets[language][n].questions for n in self.articles[half]]
            library.asked += self._some(questions, "far", self.questions // 2)
        return library

    def _far(self, half: str, *names: str) -> list[Asked]:
        few = self.questions // 4
        return [
            Asked(row["text"], "far") for name in names for row in self._queries(half, name)[:few]
        ]

    def _queries(self, half: str, name: str) -> list[dict[str, Any]]:
        queries = rows(self.ir / name / "queries.jsonl")
        random.Random(name).shuffle(queries)
        return queries[HALVES.index(half) :: 2]

    def _of_facts(self, corpus: Path) -> Iterator[Library]:
        """Codes that are in the files, and codes of files that are not."""
        listed = json.loads((corpus / "manifest.json").read_text())
        small = [file for file in listed if not file["file"].startswith("big")]
        picked = self.random.sample(small, min(FILES, len(small)))
        for half, mine in zip(HALVES, (picked[::2], picked[1::2]), strict=True):
            inside, outside = mine[::2], mine[1::2]
            library = Library("planted facts", half, Judged("planted facts"))
            for file in inside:
                name = file["file"]
                library.judged.documents[name] = extract(corpus / name, name)
            for kind, part in (("answerable", inside), ("codes", outside)):
                for number, fact in enumerate(fact for file in part for fact in file["facts"]):
                    text = CODES[number % len(CODES)].format(fact["name"])
                    library.asked.append(Asked(text, kind, (fact["phrase"],)))
            yield library

    def _library(self, name: str, half: str, articles: dict[str, Article]) -> Library:
        judged = Judged(name)
        for title, article in articles.items():
            text = "\n\n".join(article.paragraphs)
            shown = "" if title.isdecimal() or name.startswith("one") else title.replace("_", " ")
            judged.documents[title] = self.reader.read(text, "text.txt", shown)
        return Library(name, half, judged)

    def _some(
        self, articles: Sequence[Sequence[Asked]], kind: str, most: int | None = None
    ) -> list[Asked]:
        """A sample, all articles alike."""
        found = [asked for questions in articles for asked in questions]
        few = min(len(found), most or self.questions)
        return [Asked(a.text, kind, a.answers) for a in self.random.sample(found, few)]
