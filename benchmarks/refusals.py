"""What the offline answerer refuses: questions that libraries answer, and questions they do not.

python -m benchmarks.refusals --ir DIR [--corpus DIR] [--keep DIR] [--calibrate]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import tables
from benchmarks.retrieval import empty_database

if TYPE_CHECKING:
    from benchmarks.refused import Tried
    from providers.local.refusal import Weights

OFF_TOPIC = ("near", "far", "codes", "chatter")
COLUMNS = (
    *("lost", "quotes hold gold", "refused", *OFF_TOPIC, "impossible"),
    *("by words: lost", "by words: refused"),
)


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
    parser.add_argument("--corpus", type=Path, help="a folder of files with planted facts")
    parser.add_argument("--questions", type=int, default=48, help="of a kind, to a library")
    parser.add_argument("--largest", type=int, default=700, help="documents of a library")
    parser.add_argument("--keep", type=Path, help="where model and vectors are kept between runs")
    parser.add_argument("--seed", type=int, default=5, help="of the halves and samples")
    parser.add_argument(
        "--calibrate", action="store_true", help="print weights from the other half, and use them"
    )
    return parser.parse_args()


def run(arguments: argparse.Namespace, folder: Path, keep: Path) -> None:
    from benchmarks.halves import HALVES, Halves
    from benchmarks.judged import Reader
    from benchmarks.kept_vectors import Remembering, serve
    from benchmarks.refused import Asker, calibrated
    from providers.local.refusal import WEIGHTS

    model = Remembering(keep / "models", keep / "vectors.sqlite3")
    serve(Path(os.environ["KYRO_EMBEDDER_SOCKET"]), model)
    reader = Reader(folder, questions=0, documents=0)
    halves = Halves(arguments.ir, reader, questions=arguments.questions, seed=arguments.seed)
    asker = Asker()
    tried = [
        one
        for library in halves.libraries(arguments.corpus, arguments.largest)
        if arguments.calibrate or library.half == HALVES[1]
        for one in asker.ask(library)
    ]
    weights = WEIGHTS
    if arguments.calibrate:
        weights = calibrated([one for one in tried if one.half == HALVES[0]])
        for kind, found in weights.items():
            print(f"    {kind!r}: {found!r},", flush=True)
    for half in HALVES:
        report(half, [one for one in tried if one.half == half], weights)
    print(f"\n{model.embedded} texts embedded")


def report(half: str, tried: Sequence[Tried], weights: Weights) -> None:
    """Per cent, behind them of how many; off-topic is near, far, codes and chatter together."""
    if not tried:
        return
    print(f"\n{half} half: {len(tried)} questions, per cent", flush=True)
    rows = [["", *COLUMNS]]
    rows += [shown(name, members, weights) for name, members in grouped(tried).items()]
    tables.show(rows)


def grouped(tried: Sequence[Tried]) -> dict[str, list[Tried]]:
    from benchmarks.halves import ACROSS

    groups: dict[str, list[Tried]] = {}
    for one in tried:
        pooled = "all, across languages" if ACROSS in one.library else "all, one language"
        for name in (one.library, pooled):
            groups.setdefault(name, []).append(one)
    return dict(sorted(groups.items(), key=lambda pair: (pair[0].startswith("all"), pair[0])))


def shown(name: str, tried: Sequence[Tried], weights: Weights) -> list[str]:
    there = [one for one in tried if one.asked.is_answerable]
    off = [one for one in tried if one.asked.kind in OFF_TOPIC]
    cells = [
        share(not one.full.is_answered(weights) for one in there),
        share(one.full.holds(one.asked.answers) for one in there if one.asked.answers),
        share(not one.full.is_answered(weights) for one in off),
    ]
    for kind in (*OFF_TOPIC, "impossible"):
        cells.append(share(not o.full.is_answered(weights) for o in tried if o.asked.kind == kind))
    cells.append(share(not one.by_words.is_answered(weights) for one in there))
    cells.append(share(not one.by_words.is_answered(weights) for one in off))
    return [name, *cells]


def share(held: Iterable[bool]) -> str:
    found = list(held)
    return f"{100 * sum(found) / len(found):.1f} of {len(found)}" if found else ""


if __name__ == "__main__":
    main()
