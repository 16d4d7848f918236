"""What is found, by how documents are cut: our own extraction, chunking, embedder and search.

python -m benchmarks.retrieval --ir DIR [--corpus DIR] [--keep DIR]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import tables

if TYPE_CHECKING:
    from benchmarks.judged import Judged, Reader
    from benchmarks.searching import Way

SHORT = ("cranfield", "agentset_dbpedia")
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
    parser.add_argument("--short", nargs="*", default=SHORT, help="sets whose texts are documents")
    parser.add_argument("--joined", nargs="*", default=JOINED, help="sets of paragraphs to join")
    parser.add_argument("--corpus", type=Path, help="a folder of files with planted facts")
    parser.add_argument("--ways", nargs="*", help="only these of the ways to cut")
    parser.add_argument("--questions", type=int, default=150, help="of each set")
    parser.add_argument("--documents", type=int, default=400, help="of each set of short texts")
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
    from benchmarks.judged import Reader
    from benchmarks.kept_vectors import Remembering, serve
    from benchmarks.ways import WAYS

    model = Remembering(keep / "models", keep / "vectors.sqlite3")
    serve(Path(os.environ["KYRO_EMBEDDER_SOCKET"]), model)
    ways = [way for way in WAYS if not arguments.ways or way.name in arguments.ways]
    reader = Reader(folder, questions=arguments.questions, documents=arguments.documents)
    for judged in sets(arguments, reader):
        compare(judged, ways)
    print(f"\n{model.embedded} texts embedded, {time.process_time():.0f} s of CPU")


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
        columns = ask(judged, stored)
        if not rows:
            rows.append(["", "chunks", "tokens", *columns])
        shown = [f"{value:.3f}" for value in columns.values()]
        rows.append([way.name, str(len(stored.tokens)), f"{stored.tokens_a_chunk:.0f}", *shown])
    tables.show(rows)


if __name__ == "__main__":
    main()
