"""Documents with questions whose answers are known: retrieval sets, and files with planted facts.

A folder of a retrieval set holds `corpus.jsonl` (_id, title, text), `queries.jsonl` (_id, text) and
`qrels.tsv`; `qa.jsonl`, where there is one, the gold answers and the article of each paragraph.
"""

from __future__ import annotations

import csv
import json
import random
import re
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from documents.extraction import Extracted, ExtractionError, extract

PARAGRAPHS = 5  # to a document, in sets that do not name the article
AROUND_A_FACT = 8_000  # characters of a big file


@dataclass(frozen=True)
class Gold:
    """What should be found: a document, or a paragraph of it."""

    document: str
    grade: int = 1
    paragraph: str = ""


@dataclass(frozen=True)
class Question:
    text: str
    gold: tuple[Gold, ...]
    answers: tuple[str, ...] = ()


@dataclass
class Judged:
    name: str
    documents: dict[str, Extracted] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    @property
    def has_paragraphs(self) -> bool:
        return any(gold.paragraph for question in self.questions for gold in question.gold)


class Reader:
    """Reads sets, and every document of them with our own extraction."""

    def __init__(self, scratch: Path, *, questions: int, documents: int, seed: int = 4) -> None:
        self.scratch, self.most_questions, self.most_documents = scratch, questions, documents
        self.random = random.Random(seed)

    def short(self, folder: Path) -> Judged:
        """Each text of the corpus is a document, those judged for the questions first."""
        texts = {row["_id"]: row for row in rows(folder / "corpus.jsonl")}
        asked = self._sample(rows(folder / "queries.jsonl"))
        golds = judgements(folder)
        questions = [
            Question(row["text"], tuple(Gold(*gold) for gold in golds[row["_id"]]))
            for row in asked
            if row["_id"] in golds
        ]
        wanted = [gold.document for question in questions for gold in question.gold]
        others = sorted(texts.keys() - set(wanted))
        self.random.shuffle(others)
        found = Judged(folder.name, questions=questions)
        for pk in list(dict.fromkeys(wanted + others))[: self.most_documents]:
            row = texts[pk]
            with suppress(ExtractionError):  # an empty text is refused, and so it is at uploads
                found.documents[pk] = self.read(row["text"], "text.txt", row.get("title", ""))
        return found

    def joined(self, folder: Path) -> Judged:
        """Paragraphs side by side are one document, by article where the set names it."""
        answered = {row["_id"]: row for row in rows(folder / "qa.jsonl")}
        article = {row["pid"]: row.get("article", "") for row in answered.values()}
        found, place = Judged(f"{folder.name}, joined"), {}
        numbered = list(enumerate(rows(folder / "corpus.jsonl")))
        for key, group in groupby(numbered, lambda row: _document(article, *row)):
            texts = {row["_id"]: " ".join(row["text"].split()) for _, row in group}
            place |= {pk: Gold(key, 1, text) for pk, text in texts.items()}
            title = "" if key.isdecimal() else key
            found.documents[key] = self.read("\n\n".join(texts.values()), "text.txt", title)
        golds = judgements(folder)
        for row in self._sample(rows(folder / "queries.jsonl")):
            gold = tuple(place[pk] for pk, _ in golds.get(row["_id"], []))
            answers = tuple(answered.get(row["_id"], {}).get("answers", ()))
            found.questions.append(Question(row["text"], gold, answers))
        return found

    def facts(self, folder: Path, *, files: int) -> Judged:
        """Files with planted facts; of a big text only what stands around each fact."""
        listed = json.loads((folder / "manifest.json").read_text())
        small = [file for file in listed if not file["file"].startswith("big")]
        big = [file for file in listed if file["file"].startswith("big")]
        big = [file for file in big if file["kind"] in ("md", "txt")]
        found = Judged("planted facts")
        for file in self.random.sample(small, files) + big:
            path = folder / file["file"]
            if file in big:
                path = self._around_facts(path, file["facts"])
            found.documents[file["file"]] = extract(path, file["file"])
            for fact in file["facts"]:
                asked = f"What is the access phrase of {fact['name']}?"
                found.questions.append(Question(asked, (), (fact["phrase"],)))
        return found

    def _around_facts(self, path: Path, facts: list[dict[str, str]]) -> Path:
        text, parts = path.read_text(), []
        for fact in facts:
            at = text.index(fact["phrase"])
            start = text.rfind("\n\n", 0, max(0, at - AROUND_A_FACT // 2)) + 2
            parts.append(text[start : text.find("\n", at + AROUND_A_FACT // 2)])
        return self._write("\n\n".join(parts), path.name)

    def _sample(self, rows: list[Any]) -> list[Any]:
        return self.random.sample(rows, min(len(rows), self.most_questions))

    def read(self, text: str, name: str, title: str) -> Extracted:
        extracted = extract(self._write(text, name), name)
        extracted.title = extracted.title or title
        return extracted

    def _write(self, text: str, name: str) -> Path:
        path = self.scratch / name
        path.write_text(text)
        return path


def _document(article: dict[str, str], number: int, row: dict[str, str]) -> str:
    return article.get(row["_id"]) or str(number // PARAGRAPHS)


def judgements(folder: Path) -> dict[str, list[tuple[str, int]]]:
    golds: dict[str, list[tuple[str, int]]] = {}
    with (folder / "qrels.tsv").open() as file:
        for query, document, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            if int(grade) > 0:
                golds.setdefault(query, []).append((document, int(grade)))
    return golds


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in re.split(r"\n", path.read_text()) if line.strip()]
