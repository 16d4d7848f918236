"""Another embedding model under a library that is searched all the while.

python -m benchmarks.reembed [--chunks 20000] [--streams 2]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import uvloop

from benchmarks import library, tables
from benchmarks.http import Connection, connect
from benchmarks.stack import Stack, start_stack
from config.embedded.paths import PROJECT

BEFORE, AFTER = "fake", "fake/256"  # two models with vectors of other length, at no cost
CHUNKS_PER_FILE = 200
TOP_K = 10
AROUND_SECONDS = 15.0  # searching before the change begins and after it has ended
WORDS = ["amber", "basalt", "cobalt", "delta", "ember", "fjord", "garnet", "harbour", "indigo"]


@dataclass
class Search:
    at: float
    seconds: float
    found: int
    made_at: list[float]  # when each passage was made: its id is a UUIDv7


@dataclass
class Run:
    chunks: int
    began: float
    ended: float = 0.0
    progress: list[tuple[float, str]] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)

    def of(self, *, before: bool) -> list[Search]:
        """Before the change began, or while it ran."""
        return [s for s in self.searches if (s.at < self.began) == before and s.at < self.ended]

    @property
    def empty(self) -> int:
        return sum(search.found < TOP_K for search in self.searches)

    @property
    def mixed(self) -> int:
        """Searches with passages of both models: the new ones are younger than the change."""
        return sum(
            len({made >= self.began for made in search.made_at}) > 1 for search in self.searches
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=20_000)
    parser.add_argument("--streams", type=int, default=2, help="people who search")
    arguments = parser.parse_args()
    models = {"KYRO_CHAT_MODEL": "fake", "KYRO_EMBEDDING_MODEL": BEFORE}
    with tempfile.TemporaryDirectory() as folder, start_stack(**models) as stack:
        files = write_library(Path(folder), arguments.chunks // CHUNKS_PER_FILE)
        show(uvloop.run(measure(stack, files, arguments.streams)))


def write_library(folder: Path, count: int) -> list[Path]:
    """Sections of about 200 tokens, so that each is one chunk."""
    chance = random.Random(4)
    files = []
    for number in range(count):
        sections = (
            f"## Part {part} of report {number}\n\n"
            + " ".join(f"{chance.choice(WORDS)}{chance.randrange(500)}" for _word in range(70))
            for part in range(CHUNKS_PER_FILE)
        )
        files.append(folder / f"report-{number}.md")
        files[-1].write_text("\n\n".join(sections))
    return files


async def measure(stack: Stack, files: list[Path], streams: int) -> Run:
    ids = await library.upload(stack, files)
    documents = await library.wait_until_finished(stack, ids)
    run = Run(sum(document["chunk_count"] for document in documents), began=float("inf"))
    run.ended = float("inf")
    over = asyncio.Event()
    people = [asyncio.create_task(_search(stack, run, over, n)) for n in range(streams)]
    await asyncio.sleep(AROUND_SECONDS)
    run.began = time.time()
    await _change(stack, run)
    run.ended = time.time()
    await asyncio.sleep(AROUND_SECONDS)
    over.set()
    await asyncio.gather(*people)
    return run


async def _change(stack: Stack, run: Run) -> None:
    """The operator's command, which says how far it is."""
    command = [sys.executable, "manage.py", "reembed", "--model", AFTER, "--wait"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=PROJECT, env={**stack.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    async for line in process.stdout:
        run.progress.append((time.time() - run.began, line.decode().strip()))
    if await process.wait():
        raise SystemExit("The change failed.")


async def _search(stack: Stack, run: Run, over: asyncio.Event, seed: int) -> None:
    chance = random.Random(seed)
    async with connect(stack.url, stack.headers) as connection:
        while not over.is_set():
            run.searches.append(await _ask(connection, chance))


async def _ask(connection: Connection, chance: random.Random) -> Search:
    words = " ".join(f"{chance.choice(WORDS)}{chance.randrange(500)}" for _word in range(4))
    mode = chance.choice(["hybrid", "vector"])
    body = {"query": f"report {words}", "top_k": TOP_K, "mode": mode}
    at = time.time()
    answer = await connection.post("/api/v1/search/", body)
    if answer.status != 200:
        raise SystemExit(f"search: {answer.status} {answer.body[:300]!r}")
    passages = answer.json()["results"]
    made = [(UUID(passage["chunk_id"]).int >> 80) / 1000 for passage in passages]
    return Search(at, answer.total, len(passages), made)


def show(run: Run) -> None:
    took = run.ended - run.began
    tables.show(
        [
            ("chunks", f"{run.chunks}"),
            ("made again and switched in", f"{took:.1f} s ({run.chunks / took:.0f}/s)"),
            (
                "searches before, meanwhile",
                f"{len(run.of(before=True))}, {len(run.of(before=False))}",
            ),
            ("all searches", f"{len(run.searches)}"),
            (f"with fewer than {TOP_K} passages", f"{run.empty}"),
            ("with passages of both models", f"{run.mixed}"),
            *[
                (f"ms at {_percent(share)} before, meanwhile", _quantiles(run, share))
                for share in (0.5, 0.95)
            ],
        ]
    )
    for seconds, line in run.progress[:: max(1, len(run.progress) // 20)]:
        print(f"{seconds:7.1f} s  {line}")


def _percent(share: float) -> str:
    return f"p{100 * share:.0f}"


def _quantiles(run: Run, share: float) -> str:
    return ", ".join(
        f"{1000 * tables.quantile([s.seconds for s in run.of(before=before)], share):.0f}"
        for before in (True, False)
    )


if __name__ == "__main__":
    main()
