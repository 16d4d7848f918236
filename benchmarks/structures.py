"""Where the vectors of many owners are kept, compared: one table or partitions, few graphs or many.

python -m benchmarks.structures --keep DIR [--questions 20] [--rounds 3] [--builders 2]

DIR is that of benchmarks.search, whose 100,000 passages of 1,000 owners are copied into a table for
each arrangement, in a schema of its own. The leg of vectors alone, as plain statements of the
application's role, row-level security on, every one planned for itself.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks import search, tables

if TYPE_CHECKING:
    from uuid import UUID

    from benchmarks.arrangements import Arrangement

CHUNKS, DEPTH, FIRST = 100_000, 50, 10
PLACES = (1, 3, 5, 10, 50, 500)  # of the owners asked, by size
PLANNED = 2  # questions of each block whose plans are looked at
IN_USE_EF = 100
SESSION = """
    SET ROLE kyro_app;
    SET search_path = arranged, public;
    SET plan_cache_mode = force_custom_plan;
    SET hnsw.iterative_scan = relaxed_order;
    SET enable_seqscan = off;
"""
NEAR = """
    SELECT id, embedding <=> %(vector)s::halfvec AS distance FROM {table}
    WHERE owner_id = %(owner)s AND generation_id = %(generation)s AND enabled AND {condition}
    ORDER BY {order} LIMIT {depth}
"""
DISTANCE = "embedding <=> %(vector)s::halfvec"


@dataclass(frozen=True)
class Way:
    """One arrangement, searched by its graph, or by a scan of the owner's passages."""

    arrangement: Arrangement
    scanned: bool = False
    ef_search: int = IN_USE_EF

    @property
    def title(self) -> str:
        if self.scanned:
            return f"{self.arrangement.title}, scanned"
        other = f", ef_search {self.ef_search}" if self.ef_search != IN_USE_EF else ""
        return f"{self.arrangement.title}, m {self.arrangement.m}{other}"


@dataclass(frozen=True)
class Asker:
    owner: UUID
    passages: int
    in_graph: int
    generation: int
    vectors: list[str]


@dataclass
class Figures:
    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    planning: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)  # recall of all asked for
    found: list[int] = field(default_factory=list)

    def cells(self) -> list[str]:
        times = [f"{median(ms):.2f}" for ms in (self.milliseconds, self.cpu, self.planning)]
        recall = [f"{fmean(shares):.3f}" for shares in (self.recall, self.whole)]
        return [*times, *recall, f"{fmean(self.found):.1f}"]


HEAD = ["p50 ms", "CPU ms", "planning ms", "recall@10", f"recall@{DEPTH}", f"rows of {DEPTH}"]


def main() -> None:
    arguments = read_arguments()
    with search.database(arguments.keep / f"{CHUNKS}-{search.OWNERS}") as superuser:
        chosen = arrangements()[: arguments.most]
        show_costs(superuser, chosen, arguments.builders)
        show_searches(superuser, chosen, arguments)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, required=True, help="where the databases are kept")
    parser.add_argument("--questions", type=int, default=20, help="to each owner")
    parser.add_argument("--rounds", type=int, default=3, help="of all ways, one after the other")
    parser.add_argument("--most", type=int, default=9, help="arrangements, the telling ones first")
    parser.add_argument("--builders", type=int, default=1, help="arrangements made at once")
    return parser.parse_args()


def arrangements() -> list[Arrangement]:
    from benchmarks.arrangements import Arrangement

    in_use = Arrangement("16 graphs, large owners", graphs=16, of_large=True)
    of_all = Arrangement("one graph of all")
    partitions = Arrangement("16 partitions", partitioned=True)
    of_large = Arrangement("one graph, large owners", of_large=True)
    many = Arrangement("16 graphs of all", graphs=16)
    dense = [
        replace(other, m=24, ef_construction=128)
        for other in (in_use, partitions, of_large, of_all)
    ]
    return [in_use, of_all, partitions, of_large, dense[0], many, *dense[1:]]


def show_costs(superuser: dict[str, Any], chosen: list[Arrangement], builders: int) -> None:
    from benchmarks.arrangements import make

    rows = [["graphs made", "m", "CPU s", "s", "MB of graphs", "MB in all"]]
    with ThreadPoolExecutor(builders) as several:
        for made, cost in zip(chosen, several.map(lambda a: make(superuser, a), chosen)):  # noqa: B905
            figures = [cost.cpu, cost.seconds, cost.graphs_mb, cost.all_mb]
            rows.append([made.title, str(made.m), *(f"{figure:.0f}" for figure in figures)])
            print(*rows[-1], flush=True)
    tables.show(rows)


def show_searches(
    superuser: dict[str, Any], chosen: list[Arrangement], arguments: argparse.Namespace
) -> None:
    ways = [Way(chosen[0], scanned=True), *(Way(made) for made in chosen)]
    ways += [Way(chosen[0], ef_search=ef) for ef in (40, 60, 200)]
    ways += [Way(made, scanned=True) for made in chosen if made.partitioned and made.m == 16]
    with psycopg.connect(**superuser, autocommit=True) as database:
        database.execute("SELECT '[1]'::halfvec(1)")  # loads the extension and its settings
        for statement in SESSION.strip().rstrip(";").split(";"):
            database.execute(statement)
        for asker in askers(database, arguments.questions):
            fit = [way for way in ways if searches(way, asker)]
            figures = compare(database, asker, fit, arguments.rounds)
            print(f"\n{asker.passages:,} passages of the owner")
            tables.show([["", *HEAD], *([w.title, *f.cells()] for w, f in figures.items())])


def searches(way: Way, asker: Asker) -> bool:
    """Small owners are in no graph of large ones."""
    from documents import graph

    return way.scanned or not way.arrangement.of_large or asker.passages > graph.MANY


def askers(database: psycopg.Connection[Any], questions: int) -> Iterable[Asker]:
    from benchmarks.searched import by_size, question
    from documents import generations

    sizes = by_size()
    for place in PLACES:
        owner, count = sizes[place - 1]
        chance = random.Random(place)
        vectors = [question(owner, count, chance).vector for _ in range(questions)]
        ours = database.execute("SELECT public.documents_graph(%s)", [owner]).fetchone()
        yield Asker(owner, count, ours[0] if ours else 0, generations.present().pk, vectors)


def compare(
    database: psycopg.Connection[Any], asker: Asker, ways: list[Way], rounds: int
) -> dict[Way, Figures]:
    """In turns, so that whatever else the machine does meets all of them."""
    figures = {way: Figures() for way in ways}
    database.execute("SELECT set_config('app.owners', %s, false)", [f"{{{asker.owner}}}"])
    true = [[distance for _pk, distance in ask(database, asker, ways[0], v)] for v in asker.vectors]
    for _round in range(rounds):
        for way, ours in figures.items():
            block(database, asker, way, ours, true)
    return figures


def block(
    database: psycopg.Connection[Any],
    asker: Asker,
    way: Way,
    figures: Figures,
    true: list[list[float]],
) -> None:
    """All questions twice: the tables together exceed the buffers. The second time counts."""
    from benchmarks.searched import spent

    for vector in asker.vectors:
        ask(database, asker, way, vector)
    for vector, exactly in zip(asker.vectors, true, strict=True):
        used, began = spent(database.info.backend_pid), time.perf_counter()
        found = ask(database, asker, way, vector)
        figures.milliseconds.append((time.perf_counter() - began) * 1000)
        figures.cpu.append(spent(database.info.backend_pid) - used)
        figures.found.append(len(found))
        distances = sorted(distance for _pk, distance in found)
        figures.recall.append(recall(distances[:FIRST], exactly[:FIRST]))
        figures.whole.append(recall(distances, exactly))
    for vector in asker.vectors[:PLANNED]:
        figures.planning.append(planned(database, asker, way, vector))


def recall(found: list[float], best: list[float]) -> float:
    """As good as the last of the best is good enough."""
    return sum(distance <= best[-1] + 1e-9 for distance in found) / len(best)


def ask(
    database: psycopg.Connection[Any], asker: Asker, way: Way, vector: str
) -> list[tuple[Any, float]]:
    return database.execute(*asked(database, asker, way, vector), prepare=True).fetchall()


def planned(database: psycopg.Connection[Any], asker: Asker, way: Way, vector: str) -> float:
    """Milliseconds; that the graph is read is made sure of here."""
    statement, values = asked(database, asker, way, vector)
    shown = psycopg.ClientCursor(database).execute(
        f"EXPLAIN (FORMAT JSON, SUMMARY) {statement}", values
    )
    plan = (shown.fetchone() or [[{}]])[0][0]
    if ("graph_" in json.dumps(plan).replace("graphs_", "")) == way.scanned:
        raise SystemExit(f"{way.title} has another plan: {json.dumps(plan, indent=1)}")
    return float(plan["Planning Time"])


def asked(
    database: psycopg.Connection[Any], asker: Asker, way: Way, vector: str
) -> tuple[str, dict[str, Any]]:
    """The statement and its values. Adding 0 to a distance keeps the planner from the graph."""
    database.execute(f"SET hnsw.ef_search = {way.ef_search}")
    database.execute(f"SET enable_sort = {'on' if way.scanned else 'off'}")
    statement = NEAR.format(
        table=way.arrangement.table,
        condition="true" if way.scanned else way.arrangement.condition(asker.in_graph),
        order=f"({DISTANCE}) + 0" if way.scanned else DISTANCE,
        depth=DEPTH,
    )
    return statement, {
        "vector": vector,
        "owner": asker.owner,
        "generation": asker.generation,
    }


if __name__ == "__main__":
    main()
