"""Questions to `POST /api/v1/search/`, beside what the stub and the framework take by themselves.

python -m benchmarks.search_endpoint --corpus DIR --stub stub_models.py [--connections 1 8]
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import uvloop

from benchmarks import cpu, library, planted, tables
from benchmarks.http import Answer, Connection, spread
from benchmarks.stack import Stack, Stub, add_arguments, openai_settings, start_stack, start_stub

SEARCH = "/api/v1/search/"
REPEATED = 50  # different questions of the run in which questions come again
UNLIMITED = {"KYRO_RATE_READS": "10000000", "KYRO_RATE_WRITES": "10000000"}
Ask = Callable[[Connection, str], Awaitable[Answer]]


@dataclass
class Run:
    name: str
    connections: int
    seconds: list[float]
    rate: float
    cpu: Counter[str]


@dataclass
class Bench:
    stack: Stack
    stub: Stub

    async def run(self, name: str, url: str, questions: list[str], ask: Ask, at_once: int) -> Run:
        headers = self.stack.headers if url == self.stack.url else {}
        before, started = self._cpu(), time.perf_counter()
        answers = await spread(url, headers, questions, ask, streams=at_once)
        rate = len(answers) / (time.perf_counter() - started)
        if failed := [answer for answer in answers if answer.status != 200]:
            raise SystemExit(f"{name}: {failed[0].status} {failed[0].body[:500]!r}")
        used = self._cpu() - before
        return Run(name, at_once, [answer.total for answer in answers], rate, used)

    def _cpu(self) -> Counter[str]:
        ours = self.stack.cpu()
        ours["stub"] = sum(cpu.seconds(self.stub.process_id).values())
        ours["client"] = time.process_time()
        return ours


def main() -> None:
    arguments = read_arguments()
    files = library.files_in(arguments.corpus, largest=1.0, limit=arguments.files)
    with (
        start_stub(arguments.stub, arguments.stub_python) as stub,
        start_stack(**openai_settings(stub), **UNLIMITED) as stack,
    ):
        uvloop.run(_measure_all(arguments, Bench(stack, stub), files))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, needs_stub=True)
    parser.add_argument("--corpus", type=Path, required=True, help="files and their manifest.json")
    parser.add_argument("--files", type=int, default=200, help="no more than so many")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--queries", type=int, default=1000, help="of each run")
    parser.add_argument("--mode", default="hybrid", choices=["hybrid", "vector", "text"])
    return parser.parse_args()


async def _measure_all(arguments: argparse.Namespace, bench: Bench, files: list[Path]) -> None:
    stack, stub = bench.stack, bench.stub
    documents = await library.wait_until_finished(stack, await library.upload(stack, files))
    chunks = sum(document["chunk_count"] for document in documents)
    print(f"{len(documents)} documents, {chunks} chunks, mode {arguments.mode}", flush=True)
    facts = planted.facts(arguments.corpus, files)
    new = iter(_questions(files, [fact.question for fact in facts]))
    search = _search(arguments.mode)
    await bench.run("warm", stack.url, list(islice(new, 200)), search, 8)
    runs = []
    for at_once in arguments.connections:
        chosen = list(islice(new, arguments.queries))
        again = list(islice(cycle(chosen[:REPEATED]), arguments.queries))
        for name, url, questions, ask in (
            ("stub alone", stub.url, chosen, _embed),
            ("/health/live", stack.url, chosen, _get("/health/live")),
            ("GET me", stack.url, chosen, _get("/api/v1/me/")),
            ("search, new", stack.url, chosen, search),
            ("search, again", stack.url, again, search),
        ):
            runs.append(await bench.run(name, url, questions, ask, at_once))
    show(runs)
    await planted.compare(stack, stub, facts)


def _search(mode: str) -> Ask:
    async def ask(connection: Connection, question: str) -> Answer:
        return await connection.post(SEARCH, {"query": question, "mode": mode})

    return ask


def _get(path: str) -> Ask:
    async def ask(connection: Connection, _question: str) -> Answer:
        return await connection.get(path)

    return ask


async def _embed(connection: Connection, question: str) -> Answer:
    body = {"model": "stub-embed", "input": [question], "encoding_format": "base64"}
    return await connection.post("/v1/embeddings", body)


def _questions(files: list[Path], asked: list[str]) -> list[str]:
    """No two alike: the questions about facts among sentences of the documents, well mixed."""
    texts = [path.read_text(errors="replace") for path in files if path.suffix in (".md", ".txt")]
    sentences = re.findall(r"[A-Z][^.!?\n|`<>]{30,200}[.!?]", "\n".join(texts))
    questions = sorted({*sentences, *asked})
    random.Random(1).shuffle(questions)
    return questions


def show(runs: list[Run]) -> None:
    parts = ["web", "postgres", "valkey", "worker", "stub", "client"]
    rows = [("", "at once", "p50 ms", "p95 ms", "a second", *(f"{part} ms" for part in parts))]
    for run in runs:
        times = [f"{1000 * tables.quantile(run.seconds, share):.2f}" for share in (0.5, 0.95)]
        each = [f"{1000 * run.cpu[part] / len(run.seconds):.2f}" for part in parts]
        rows.append((run.name, str(run.connections), *times, f"{run.rate:.0f}", *each))
    tables.show(rows)


if __name__ == "__main__":
    main()
