"""What is found in judged sets by words, by vectors and by both: our own ingestion and search.

python -m benchmarks.retrieval --ir DIR [--keep DIR] [--sets NAME …]

With --ways it compares ways to cut instead, over joined paragraphs and planted facts (--corpus).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks import tables

if TYPE_CHECKING:
    from benchmarks.judged import Judged, Reader
    from benchmarks.searching import Way

SHORT = ("cranfield", "agentset_dbpedia")  # to compare ways with
EVERY = 10**9
JOINED = ("squad2dev_a", "xquad_en", "xquad_th", "xquad_zh")


def main() -> None:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory(prefix="kyro-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database account must be able to pass through
        keep = arguments.keep or folder
        with empty_database(folder / "data"):
            run(arguments, folder, keep)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ir", type=Path, required=True, help="a folder of retrieval sets")
    parser.add_argument("--sets", nargs="*", help="only these of the sets")
    parser.add_argument("--short", nargs="*", default=SHORT, help="sets whose texts are documents")
    parser.add_argument("--joined", nargs="*", default=JOINED, help="sets of paragraphs to join")
    parser.add_argument("--corpus", type=Path, help="a folder of files with planted facts")
    parser.add_argument("--ways", nargs="*", help="compare these ways to cut, or all")
    parser.add_argument("--questions", type=int, help="of each set; all, or 150 to compare ways")
    parser.add_argument("--documents", type=int, help="of each set of short texts; all, or 400")
    parser.add_argument("--files", type=int, default=20, help="of the corpus, besides the big ones")
    parser.add_argument("--keep", type=Path, help="where model and vectors are kept between runs")
    return parser.parse_args()


@contextmanager
def empty_database(data: Path) -> Iterator[None]:
    """Our own servers and tables, and Django set up on them."""
    from config.embedded.stack import start_services

    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "KYRO_DATA_DIR": str(data),
        "KYRO_EMBEDDER_SOCKET": str(data / "run" / "embedder.sock"),
        "KYRO_LOG_LEVEL": "WARNING",
    }
    with start_services(data, durable=False):
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connection.close_pool()


def run(arguments: argparse.Namespace, folder: Path, keep: Path) -> None:
    from benchmarks.kept_vectors import Remembering, serve

    model = Remembering(keep / "models", keep / "vectors.sqlite3")
    serve(Path(os.environ["KYRO_EMBEDDER_SOCKET"]), model)
    if arguments.ways is None:
        measure(arguments, folder)
    else:
        compare_ways(arguments, folder)
    print(f"\n{model.embedded} texts embedded, {time.process_time():.0f} s of CPU")


def measure(arguments: argparse.Namespace, folder: Path) -> None:
    """Every set as it is, each of its texts a document."""
    from benchmarks import standing
    from benchmarks.searching import ask, store

    reader = reader_of(arguments, folder, questions=EVERY, documents=EVERY)
    found: dict[str, standing.Figures] = {}
    for path in sorted(arguments.ir.iterdir()):
        if arguments.sets is None or path.name in arguments.sets:
            judged = reader.short(path)
            stored = store(judged)
            size = f"{len(judged.documents)} documents, {len(stored.tokens)} passages"
            print(f"{path.name}: {size}, {len(judged.questions)} questions", flush=True)
            found[path.name] = ask(judged, stored)
    standing.show(found)


def reader_of(
    arguments: argparse.Namespace, folder: Path, *, questions: int, documents: int
) -> Reader:
    from benchmarks.judged import Reader

    asked, read = arguments.questions or questions, arguments.documents or documents
    return Reader(folder, questions=asked, documents=read)


def compare_ways(arguments: argparse.Namespace, folder: Path) -> None:
    from benchmarks.ways import WAYS

    ways = [way for way in WAYS if not arguments.ways or way.name in arguments.ways]
    reader = reader_of(arguments, folder, questions=150, documents=400)
    for judged in sets(arguments, reader):
        compare(judged, ways)


def sets(arguments: argparse.Namespace, reader: Reader) -> Iterator[Judged]:
    for name in arguments.joined:
        yield reader.joined(arguments.ir / name)
    for name in arguments.short:
        yield reader.short(arguments.ir / name)
    if arguments.corpus:
        yield reader.facts(arguments.corpus, files=arguments.files)


def compare(judged: Judged, ways: list[Way]) -> None:
    from benchmarks.searching import ask, store

    heading = f"{judged.name}: {len(judged.documents)} documents, {len(judged.questions)} questions"
    print(f"\n{heading}", flush=True)
    rows: list[list[str]] = []
    for way in ways:
        stored = store(judged, way)
        columns = {name: fmean(values) for name, values in ask(judged, stored).items()}
        if not rows:
            rows.append(["", "chunks", "tokens", *columns])
        shown = [f"{value:.3f}" for value in columns.values()]
        rows.append([way.name, str(len(stored.tokens)), f"{stored.tokens_a_chunk:.0f}", *shown])
    tables.show(rows)


if __name__ == "__main__":
    main()
