"""Questions to owners of every size, asked as the product asks, and what is true by a full scan."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from pgvector import HalfVector

from accounts import tenancy
from benchmarks import before, tables
from benchmarks.filling import Shelf
from documents import generations, statistics
from documents.models import DocumentChunk
from documents.retrieval import Parameters, Passage, SearchScope, candidates
from language.queries import Query, parse

EVERYTHING = 10**8  # for EXACT_BELOW: all is scanned
WHOLE = Parameters(whole=True)
SIZES = (1, 2, 3, 5, 10, 20, 50, 500)  # places of the owners asked, by size
SHARES = (1.0, 0.1, 0.01, 0.001, 0.0001)  # of an owner's documents, that filters leave
FIRST = 10


@dataclass(frozen=True)
class Question:
    vector: str
    query: Query


@dataclass
class Figures:
    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    near: list[float] = field(default_factory=list)  # recall
    matching: list[float] = field(default_factory=list)

    def cells(self) -> list[str]:
        p95 = tables.quantile(self.milliseconds, 0.95)
        found = [f"{fmean(r):.4f}" if r else "" for r in (self.near, self.matching)]
        times = [min(self.milliseconds), median(self.milliseconds), p95]
        return [*(f"{ms:.1f}" for ms in times), f"{median(self.cpu):.1f}", *found]


HEAD = ["min ms", "p50", "p95", "CPU ms", "recall vectors", "words"]


def show(shelf: Shelf, superuser: dict[str, Any], *, questions: int) -> None:
    owners = [(pk, count) for pk, count in by_size() if count][: shelf.owners]
    asked = sorted({place for place in (*SIZES, len(owners) // 2) if place <= len(owners)})
    print(f"\n{shelf.chunks:,} passages of {len(owners):,} owners", flush=True)
    old = before.prepare(superuser) if shelf.chunks <= before.MOST else None
    rows = [["owner", "passages", *HEAD, "before: CPU ms", "all rows"]]
    for place in asked:
        owner, count = owners[place - 1]
        statistics.refresh(owner)
        made = [question(owner, count, random.Random(seed)) for seed in range(questions)]
        figures, earlier = measure(owner, made, old)
        whole = complete(owner, made)
        then = f"{median(earlier):.1f}" if earlier else ""
        rows.append([f"{place}.", f"{count:,}", *figures.cells(), then, f"{whole:.2%}"])
        print(".", end="", flush=True)
    print()
    tables.show(rows)


def by_size() -> list[tuple[UUID, int]]:
    with tenancy.system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner_id, count(*) FROM documents_documentchunk GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return cursor.fetchall()


def question(owner: UUID, count: int, chance: random.Random) -> Question:
    """Some words of a passage, and a vector near its own."""
    with tenancy.scope(owner):
        rows = DocumentChunk.objects.filter(owner=owner).order_by()
        row = rows.only("embedding", "content")[chance.randrange(count)]
    vector = np.array(row.embedding, np.float32)
    noise = np.random.default_rng(chance.randrange(10**6)).standard_normal(768)
    vector = vector + 0.3 * noise / np.sqrt(768)
    vector /= np.linalg.norm(vector)
    words = chance.sample(row.content.split(), chance.choice([3, 5, 8, 12]))
    return Question(HalfVector(vector).to_text(), parse(" ".join(words)))


def measure(
    owner: UUID, questions: list[Question], old: Callable[..., float] | None
) -> tuple[Figures, list[float]]:
    """One pass each, for full scans would push what the others read out of the buffers."""
    figures, warm = Figures(), questions[:5]
    for asked in [*warm, *questions]:
        milliseconds, cpu, _found = timed(owner, asked)
        figures.milliseconds.append(milliseconds)
        figures.cpu.append(cpu)
    earlier = [old(owner, asked) for asked in [*warm, *questions]] if old else []
    for values in (figures.milliseconds, figures.cpu, earlier):
        del values[: len(warm)]
    for asked in questions:
        found, true = ask(owner, asked), ask(owner, asked, exact_below=EVERYTHING)
        figures.near.append(recall(found, true, "near_rank", "similarity"))
        figures.matching.append(recall(found, true, "matching_rank", "lexical"))
    return figures, earlier


def recall(found: list[Passage], all_scanned: list[Passage], rank: str, score: str) -> float:
    """Of the ten best of a leg; as good as the tenth is as good."""
    best = sorted(getattr(p, score) for p in all_scanned if getattr(p, rank))[-FIRST:]
    ours = [getattr(p, score) for p in found if getattr(p, rank)]
    return sum(value >= best[0] - 1e-6 for value in sorted(ours)[-FIRST:]) / len(best)


def complete(owner: UUID, questions: list[Question]) -> float:
    """The share of searches with min(k, m) rows, over filters, numbers of rows and modes."""
    chance = random.Random(5)
    with tenancy.scope(owner):
        documents = list(
            DocumentChunk.objects.filter(owner=owner)
            .order_by()
            .values_list("document_id")
            .distinct()
        )
    ids = sorted(pk for (pk,) in documents)
    whole = []
    for share in SHARES:
        chosen = None if share == 1 else tuple(chance.sample(ids, max(1, round(share * len(ids)))))
        for k in (1, 5, 10, 20, 50):
            for mode in ("hybrid", "vector", "text"):
                asked = questions[chance.randrange(len(questions))]
                parameters = Parameters(top_k=k, mode=mode, depth=k)
                found = ask(owner, asked, chosen, parameters)
                true = ask(owner, asked, chosen, parameters, exact_below=EVERYTHING)
                whole.append(min(k, len(found)) == min(k, len(true)))
    return fmean(whole)


def ask(
    owner: UUID,
    asked: Question,
    documents: tuple[UUID, ...] | None = None,
    parameters: Parameters = WHOLE,
    exact_below: int = candidates.EXACT_BELOW,
) -> list[Passage]:
    usual, candidates.EXACT_BELOW = candidates.EXACT_BELOW, exact_below
    vector = None if parameters.mode == "text" else asked.vector
    with tenancy.scope(owner):
        where = SearchScope(owner, documents)
        found = candidates.candidates(where, generations.present(), asked.query, vector, parameters)
    candidates.EXACT_BELOW = usual
    return found


def timed(owner: UUID, asked: Question) -> tuple[float, float, list[Passage]]:
    """Milliseconds of the one statement, and of CPU in its backend."""
    generation, where = generations.present(), SearchScope(owner)
    with tenancy.scope(owner):
        used, began = backend_ms(), time.perf_counter()
        found = candidates.candidates(where, generation, asked.query, asked.vector, WHOLE)
        milliseconds = (time.perf_counter() - began) * 1000
        return milliseconds, backend_ms() - used, found


def backend_ms() -> float:
    """CPU of the process that serves our connection, in milliseconds."""
    connection.ensure_connection()
    return spent(connection.connection.info.backend_pid)


def spent(process_id: int) -> float:
    return int(Path(f"/proc/{process_id}/schedstat").read_text().split()[0]) / 1e6
