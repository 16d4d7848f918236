"""How well cited statements are told from those their source does not say.

python -m benchmarks.claims --ir DIR [--keep DIR] [--statements N] [--limits X …]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from benchmarks import tables
from providers.base import Embedder, Kind, Vectors

if TYPE_CHECKING:
    from benchmarks.kept_vectors import Remembering
    from benchmarks.stated import Stated
    from conversations.claims import Claim

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Tried:
    stated: Stated
    is_doubted: bool
    by_words: bool  # doubted by words alone
    was_open: bool
    ms: float  # of CPU, for the words


class Directly(Embedder):
    """The offline embedder without its process."""

    model, dimension, batch_size = "multilingual-e5-small", 384, 64

    def __init__(self, remembering: Remembering) -> None:
        self._encode = remembering.encode

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        return np.stack([self._encode(text, kind) for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ir", type=Path, required=True, help="a folder of retrieval sets")
    parser.add_argument("--keep", type=Path, help="where model and vectors are kept between runs")
    parser.add_argument("--statements", type=int, default=60, help="of a kind, language and half")
    parser.add_argument("--limits", type=float, nargs="*", default=(), help="to compare, of LIKE")
    parser.add_argument("--seed", type=int, default=6, help="of the sample")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kyro-benchmark-") as name:
        os.environ.setdefault("KYRO_DATA_DIR", name)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        run(arguments, arguments.keep or Path(name))


def run(arguments: argparse.Namespace, keep: Path) -> None:
    from benchmarks.kept_vectors import Remembering
    from benchmarks.stated import HALVES
    from conversations import meaning

    model = Directly(Remembering(keep / "models", keep / "vectors.sqlite3"))
    chosen = sample(arguments)
    for limit in arguments.limits:
        meaning.LIKE = limit
        tried = [check(stated, model) for stated in chosen if stated.half == HALVES[0]]
        lost = share(one.is_doubted for one in tried if one.stated.is_said)
        told = share(one.is_doubted for one in tried if not one.stated.is_said)
        print(f"limit {limit}: doubted of what is said {lost}, of what is not {told}", flush=True)
    tried = [check(stated, model) for stated in chosen]
    for half in HALVES:
        report(half, [one for one in tried if one.stated.half == half])
    print(f"\n{sum(one.ms for one in tried) / len(tried):.2f} ms CPU a statement, for its words")


def sample(arguments: argparse.Namespace) -> list[Stated]:
    from benchmarks.stated import Statements

    statements = Statements(arguments.ir, arguments.seed)
    groups: dict[tuple[str, str, str], list[Stated]] = {}
    for one in statements:
        groups.setdefault((one.kind, one.language, one.half), []).append(one)
    few = arguments.statements
    pick = statements.random.sample
    return [one for group in groups.values() for one in pick(group, min(few, len(group)))]


def check(stated: Stated, model: Embedder) -> Tried:
    """As an answer that is this statement with a mark."""
    from conversations import claims, meaning
    from conversations.citations import Binder
    from documents.retrieval import Passage

    passage = Passage(
        **{"chunk_id": NOBODY, "document_id": NOBODY, "document_name": "text.txt", "page": None},
        **{"content": stated.paragraph, "section": "", "start_char": 0, "score": 1.0},
        end_char=len(stated.paragraph),
    )
    binder = Binder([passage])
    parts = [*binder.feed(f"{stated.text} [1]."), *binder.finish()]
    content = "".join(part for part in parts if isinstance(part, str))
    started = time.process_time()
    found = claims.weighed(content, binder, stated.question)
    ms = 1000 * (time.process_time() - started)
    still_open = [claim for claim in found if not claim.reason]
    by_words = claims.by_words_alone([replace(claim) for claim in found])
    reasons = meaning.compare(still_open, model)
    for claim, reason in zip(still_open, reasons, strict=True):
        claim.reason = reason
    return Tried(stated, is_doubted(found), is_doubted(by_words), bool(still_open), ms)


def is_doubted(found: Sequence[Claim]) -> bool:
    return any(not claim.as_json()["supported"] for claim in found)


def report(half: str, tried: Sequence[Tried]) -> None:
    """Per cent that are doubted: false alarms of what is said, the rest should be near 100."""
    from benchmarks.stated import DENIALS

    print(f"\n{half} half, {len(tried)} statements: per cent doubted", flush=True)
    lines = [["", "is said", "all", *DENIALS, "by words alone", "open to meaning"]]
    for kind in dict.fromkeys(one.stated.kind for one in tried):
        mine = [one for one in tried if one.stated.kind == kind]
        by_language = [
            share(one.is_doubted for one in mine if one.stated.language == language)
            for language in DENIALS
        ]
        lines.append(
            [
                kind,
                "yes" if mine[0].stated.is_said else "no",
                f"{share(one.is_doubted for one in mine)} of {len(mine)}",
                *by_language,
                share(one.by_words for one in mine),
                share(one.was_open for one in mine),
            ]
        )
    tables.show(lines)


def share(held: Iterable[bool]) -> str:
    found = list(held)
    return f"{100 * sum(found) / len(found):.1f}" if found else ""


if __name__ == "__main__":
    main()
