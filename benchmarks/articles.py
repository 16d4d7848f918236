"""Articles of the question sets, with what is asked of them.

XQuAD names none, but five paragraphs side by side are one, the same in every language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.judged import rows

PARAGRAPHS = 5  # to an article of XQuAD


@dataclass(frozen=True)
class Asked:
    """`kind` is answerable, or why there is no answer: near (articles like those there), far (of
    another set), codes, chatter, impossible (its paragraph is there, the answer is not)."""

    text: str
    kind: str
    answers: tuple[str, ...] = ()

    @property
    def is_answerable(self) -> bool:
        return self.kind == "answerable"


@dataclass(frozen=True)
class Article:
    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]
    impossible: tuple[Asked, ...] = ()


def xquad(folder: Path) -> list[Article]:
    texts = {row["_id"]: " ".join(row["text"].split()) for row in rows(folder / "corpus.jsonl")}
    asked = _asked(folder)
    names = list(texts)
    return [
        Article(
            tuple(texts[name] for name in part),
            tuple(one for name in part for one in asked.get((name, False), ())),
        )
        for part in (names[n : n + PARAGRAPHS] for n in range(0, len(names), PARAGRAPHS))
    ]


def squad(folder: Path) -> dict[str, Article]:
    texts = {row["_id"]: " ".join(row["text"].split()) for row in rows(folder / "corpus.jsonl")}
    asked = _asked(folder)
    members: dict[str, list[str]] = {}
    for row in rows(folder / "qa.jsonl"):
        if row["pid"] not in members.setdefault(row["article"], []):
            members[row["article"]].append(row["pid"])
    return {
        article: Article(
            tuple(texts[name] for name in part if name in texts),
            tuple(one for name in part for one in asked.get((name, False), ())),
            tuple(one for name in part for one in asked.get((name, True), ())),
        )
        for article, part in members.items()
    }


def _asked(folder: Path) -> dict[tuple[str, bool], list[Asked]]:
    found: dict[tuple[str, bool], list[Asked]] = {}
    for row in rows(folder / "qa.jsonl"):
        impossible = row.get("impossible", False)
        kind = "impossible" if impossible else "answerable"
        one = Asked(row["question"], kind, tuple(row["answers"]))
        found.setdefault((row["pid"], impossible), []).append(one)
    return found


def of_first_paragraph(article: Article) -> int:
    """How many questions the first paragraph has: theirs come first."""
    first = article.paragraphs[0]
    count = 0
    for asked in article.questions:
        if not any(answer in first for answer in asked.answers):
            break
        count += 1
    return max(count, 1)


def alike(article: Article, others: Sequence[Article]) -> int:
    mine = _runs(article)
    shared = [len(mine & _runs(other)) for other in others]
    return shared.index(max(shared))


def _runs(article: Article) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", " ".join(article.paragraphs).lower())
    return set(zip(*(words[n:] for n in range(6)), strict=False))
