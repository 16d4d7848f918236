"""Files in, searchable passages out: how fast, at how much CPU, in how much memory.

python -m benchmarks.ingest --corpus DIR (--stub stub_models.py | --embedder offline)
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks import library, tables
from benchmarks.cpu import PeakMemory, pss
from benchmarks.stack import Stack, Stub, add_arguments, openai_settings, start_stack, start_stub


@dataclass
class Run:
    """Seconds and bytes of one ingestion."""

    files: int
    megabytes: float
    uploaded: float
    searchable: float
    failed: int
    chunks: int
    cpu: Counter[str]
    memory_before: int
    memory_peak: int
    embeddings: int | None


def main() -> None:
    arguments = read_arguments()
    files = library.files_in(arguments.corpus, largest=arguments.largest_mb, limit=arguments.files)
    with contextlib.ExitStack() as started:
        stub, settings = None, {}
        if arguments.embedder == "stub":
            stub = started.enter_context(start_stub(arguments.stub, arguments.stub_python))
            settings = openai_settings(stub)
        stack = started.enter_context(start_stack(**settings))
        run = measure(stack, stub, files)
        show(run)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, needs_stub=False)
    parser.add_argument("--corpus", type=Path, required=True, help="a folder of files to ingest")
    parser.add_argument("--embedder", choices=["stub", "offline"], default="stub")
    parser.add_argument("--files", type=int, help="no more than so many")
    parser.add_argument("--largest-mb", type=float, default=1.0, help="leave out larger files")
    arguments = parser.parse_args()
    if arguments.embedder == "stub" and not arguments.stub:
        parser.error("--embedder stub needs --stub PATH")
    return arguments


def measure(stack: Stack, stub: Stub | None, files: list[Path]) -> Run:
    if stub:
        stub.forget_stats()
    before, memory = stack.cpu(), pss(stack.process_id)
    started = time.monotonic()
    with PeakMemory(stack.process_id) as held:
        uploaded, documents = uvloop.run(_ingest(stack, files, started))
        searchable = time.monotonic() - started
    return Run(
        files=len(documents),
        megabytes=sum(path.stat().st_size for path in files) / 1e6,
        uploaded=uploaded,
        searchable=searchable,
        failed=sum(document["status"] != "ready" for document in documents),
        chunks=sum(document["chunk_count"] for document in documents),
        cpu=stack.cpu() - before,
        memory_before=memory,
        memory_peak=held.peak,
        embeddings=stub.stats().get("embed_items", 0) if stub else None,
    )


async def _ingest(stack: Stack, files: list[Path], started: float) -> tuple[float, list[dict]]:
    ids = await library.upload(stack, files)
    uploaded = time.monotonic() - started
    return uploaded, await library.wait_until_finished(stack, ids)


def show(run: Run) -> None:
    total = sum(run.cpu.values())
    rows = [
        ("files", f"{run.files} ({run.megabytes:.2f} MB), {run.failed} failed"),
        ("uploaded after", f"{run.uploaded:.1f} s"),
        ("searchable after", f"{run.searchable:.1f} s"),
        ("files/s", f"{run.files / run.searchable:.1f}"),
        ("chunks", f"{run.chunks} ({run.chunks / run.searchable:.0f}/s)"),
        ("CPU per chunk", f"{1000 * total / run.chunks:.2f} ms"),
        *_parts(run, total),
        ("memory before, at peak (PSS)", f"{run.memory_before >> 20}, {run.memory_peak >> 20} MB"),
    ]
    if run.embeddings is not None:
        rows.append(("embeddings per chunk", f"{run.embeddings / run.chunks:.3f}"))
    tables.show(rows)


def _parts(run: Run, total: float) -> list[tuple[str, str]]:
    """Where the CPU went; the embedder's share is the time in the offline model."""
    return [
        (f"  {part}", f"{1000 * used / run.chunks:.2f} ms ({100 * used / total:.0f} %)")
        for part, used in run.cpu.most_common()
        if used > 0.005 * total
    ]


if __name__ == "__main__":
    main()
