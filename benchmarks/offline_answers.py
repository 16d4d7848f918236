"""What the offline model answers over whole articles, asked through the API: the right article
first, the answer in the quote, and a refusal where the article is not there.

python -m benchmarks.offline_answers --ir DIR [--questions 100] [--seed 6] [--verbose]

Choose by one half of the articles, report the other. Answerable and impossible questions are asked
of a library of all articles; the others of one that has the other half's articles only.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import library, tables
from benchmarks.articles import Article, Asked, squad
from benchmarks.halves import HALVES
from benchmarks.http import Connection, spread
from benchmarks.stack import Stack, add_person, start_stack

SET = "squad2dev_a"
AT_ONCE = 2
MARK = "not uploaded"


@dataclass(frozen=True)
class Question:
    """`kind` is answerable, impossible (the article is there, the answer is not) or MARK."""

    half: str
    kind: str
    article: str
    asked: Asked


@dataclass(frozen=True)
class Answered:
    question: Question
    content: str
    citations: Sequence[Mapping[str, Any]] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return not self.citations

    @property
    def cites_its_article(self) -> bool:
        names = [one["document_name"] for one in self.citations]
        return names[:1] == [f"{self.question.article}.txt"]

    @property
    def has_the_answer(self) -> bool:
        quotes = "\n".join(_plain(one["quote"]) for one in self.citations)
        return any(_plain(text) in quotes for text in self.question.asked.answers)


def main() -> None:
    arguments = read_arguments()
    articles = squad(arguments.ir / SET)
    with (
        start_stack(KYRO_CHAT_MODEL="extractive") as stack,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name, article in articles.items():
            (Path(folder) / f"{name}.txt").write_text("\n\n".join(article.paragraphs))
        answers = uvloop.run(_ask_all(arguments, stack, articles, Path(folder)))
    for half in HALVES:
        report(half, [one for one in answers if one.question.half == half], arguments.verbose)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--ir", type=Path, required=True, help="a folder of retrieval sets")
    parser.add_argument("--questions", type=int, default=100, help="answerable ones, of each half")
    parser.add_argument("--seed", type=int, default=6, help="of the halves and samples")
    parser.add_argument("--verbose", action="store_true", help="print what failed")
    return parser.parse_args()


async def _ask_all(
    arguments: argparse.Namespace, stack: Stack, articles: dict[str, Article], folder: Path
) -> list[Answered]:
    """A person has the whole library, two others a half of it each."""
    chance = random.Random(arguments.seed)
    names = chance.sample(sorted(articles), len(articles))
    halves = dict(zip(HALVES, (names[::2], names[1::2]), strict=True))
    asked = [
        question
        for half, members in halves.items()
        for question in _sample(chance, half, {n: articles[n] for n in members}, arguments)
    ]
    inside = [one for one in asked if one.kind != MARK]
    answers = await _ask(stack, [folder / f"{name}.txt" for name in names], inside)
    for half, others in zip(HALVES, reversed(halves.values()), strict=True):
        outside = [one for one in asked if one.kind == MARK and one.half == half]
        person = replace(stack, key=add_person(stack, f"{half}@example.com"))
        answers += await _ask(person, [folder / f"{name}.txt" for name in others], outside)
    return answers


def _sample(
    chance: random.Random,
    half: str,
    articles: dict[str, Article],
    arguments: argparse.Namespace,
) -> Iterator[Question]:
    answerable, impossible = (
        [Question(half, kind, name, one) for name, a in articles.items() for one in getattr(a, of)]
        for kind, of in (("answerable", "questions"), ("impossible", "impossible"))
    )
    yield from chance.sample(answerable, min(arguments.questions, len(answerable)))
    away = [replace(one, kind=MARK) for one in answerable]
    yield from chance.sample(away, min(arguments.questions // 2, len(away)))
    yield from chance.sample(impossible, min(arguments.questions, len(impossible)))


async def _ask(stack: Stack, files: list[Path], asked: list[Question]) -> list[Answered]:
    documents = await library.wait_until_finished(stack, await library.upload(stack, files))
    if failed := [one["error_message"] for one in documents if one["status"] != "ready"]:
        raise SystemExit(failed[0])
    chunks = sum(document["chunk_count"] for document in documents)
    print(f"{len(documents)} articles, {chunks} passages, {len(asked)} questions", flush=True)
    chatbot = (await spread(stack.url, stack.headers, [{"name": "Asked"}], _chatbot, streams=1))[0]

    async def answer(connection: Connection, question: Question) -> Answered:
        conversation = await _created(connection, "conversations/", {"chatbot": chatbot})
        path = f"conversations/{conversation['id']}/messages/"
        body = {"content": question.asked.text, "stream": False}
        said = await _created(connection, path, body)
        return Answered(question, said["content"], said["citations"])

    return await spread(stack.url, stack.headers, asked, answer, streams=AT_ONCE)


async def _chatbot(connection: Connection, body: dict[str, str]) -> str:
    return (await _created(connection, "chatbots/", body))["id"]


async def _created(connection: Connection, path: str, body: dict[str, Any]) -> Any:
    answer = await connection.post(f"/api/v1/{path}", body)
    if answer.status != 201:
        raise SystemExit(f"{path}: {answer.status} {answer.body[:500]!r}")
    return answer.json()


def report(half: str, answers: Sequence[Answered], verbose: bool) -> None:
    there, away, impossible = (
        [one for one in answers if one.question.kind == kind]
        for kind in ("answerable", MARK, "impossible")
    )
    print(f"\n{half} half: {', '.join(sorted({one.question.article for one in answers}))}")
    tables.show(
        [
            ("right article cited first", _share([one.cites_its_article for one in there])),
            ("quote contains the answer", _share([one.has_the_answer for one in there])),
            ("answerable refused", _share([one.is_refused for one in there])),
            ("article not uploaded: refused", _share([one.is_refused for one in away])),
            ("impossible: refused", _share([one.is_refused for one in impossible])),
        ]
    )
    failed = [one for one in there if not (one.cites_its_article and one.has_the_answer)]
    for one in [*failed, *(one for one in away if not one.is_refused)] if verbose else ():
        question = one.question
        print(f"\n[{question.article}, {question.kind}] {question.asked.text}")
        print(f"  wanted: {' | '.join(question.asked.answers)}\n  said: {one.content}")


def _share(held: Sequence[bool]) -> str:
    return f"{100 * sum(held) / len(held):.1f} % of {len(held)}" if held else ""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


if __name__ == "__main__":
    main()
