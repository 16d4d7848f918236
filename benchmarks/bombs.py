"""Files made to hurt: the error each ends in, what it cost, and how pages answered meanwhile.

.venv/bin/python -m benchmarks.bombs
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from PIL import Image

from benchmarks.http import connect
from benchmarks.stack import Stack, start_stack
from documents.extraction import ExtractionError, extract
from documents.extraction.forker import end_all
from documents.extraction.recognition import Scan, recognise
from documents.tests import samples, samples_scans
from documents.tests.samples_office import odf_of, xlsx_of

PAGE = "/accounts/login/"
TALL = (
    '<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell>'
    "<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
)
STRINGS = f"<si><t>{'long ' * 200_000}</t></si>"
BOMBS: dict[str, Callable[[], bytes]] = {
    "zip.docx": samples.docx_bomb,
    "lying.docx": samples.lying_docx,
    "laughs.docx": samples.billion_laughs_docx,
    "inflating.pdf": samples.pdf_bomb,
    "strings.xlsx": lambda: xlsx_of(
        "<row>" + '<c t="s"><v>0</v></c>' * 100_000 + "</row>", strings=STRINGS
    ),
    "rows.ods": lambda: odf_of(TALL, "spreadsheet"),
    "deep.html": lambda: b"<html><body>" + b"<div>" * 300_000 + b"deep words",
    "inline.html": lambda: b"<html><body>" + b"<table><td>" * 300_000 + b"deep words",
    "attributes.html": lambda: b"<!doctype html><p " + b" ".join(map(_attribute, range(200_000))),
    "deep.rtf": lambda: b"{\\rtf1 " + b"{" * 2_000_000 + b"x" + b"}" * 2_000_001,
    "line.csv": lambda: b"word," * (20 << 20),
    "points.png": lambda: _blank(20_000, 20_000),
    "letters.png": lambda: _letters(),
}


class Ended(NamedTuple):
    code: str
    cpu: float  # seconds
    wall: float
    memory: int  # MB at its peak


def _attribute(number: int) -> bytes:
    return b"a%d" % number


def _blank(width: int, height: int) -> bytes:
    return samples_scans.saved(Image.new("1", (width, height)), "PNG")


def _letters() -> bytes:
    """A page of very many short lines, each of which has to be read."""
    lines = ["a1 " * 60] * 90
    return samples_scans.saved(samples_scans.drawn(*lines, size=(3000, 3000), points=16), "PNG")


def main() -> None:
    print(f"{'file':16} {'ends in':22} {'CPU s':>6} {'s':>6} {'MB':>5}")
    with start_stack(KYRO_RATE_ANONYMOUS="1000000") as stack:
        times: list[float] = []
        over = threading.Event()
        looking = threading.Thread(target=lambda: asyncio.run(_look(stack, times, over)))
        looking.start()
        for name, make in BOMBS.items():
            ended = exploded(name, make())
            print(f"{name:16} {ended.code:22} {ended.cpu:6.1f} {ended.wall:6.1f} {ended.memory:5}")
        over.set()
        looking.join()
    print(f"{len(times)} pages meanwhile: p95 {1000 * quantiles(times, n=20)[-1]:.0f} ms")


async def _look(stack: Stack, times: list[float], over: threading.Event) -> None:
    """One page after the other, as a person who goes on working would ask for them."""
    async with connect(stack.url) as connection:
        while not over.is_set():
            answer = await connection.get(PAGE)
            assert answer.status == 200, answer.status
            times.append(answer.total)
            await asyncio.sleep(0.05)


def exploded(name: str, content: bytes) -> Ended:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        before, began = _used(), time.monotonic()
        peak = Peak()
        try:
            recognise(Scan(path), extract(path, name, waiting=peak.look), waiting=peak.look)
            code = "(read)"
        except ExtractionError as error:
            code = error.code
        wall = time.monotonic() - began
        end_all()
        return Ended(code, _used() - before, wall, peak.megabytes)


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


class Peak:
    """The largest reader seen, by looking every second, as its worker does."""

    def __init__(self) -> None:
        self.megabytes = 0

    def look(self) -> None:
        for forker in _children(os.getpid()):
            for reader in _children(forker):
                with suppress(OSError, IndexError):
                    status = Path(f"/proc/{reader}/status").read_text()
                    peak = int(status.split("VmHWM:")[1].split()[0])
                    self.megabytes = max(self.megabytes, peak >> 10)


def _children(process: int) -> list[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{process}/task").glob("*/children")
        return [int(number) for task in tasks for number in task.read_text().split()]
    return []


if __name__ == "__main__":
    main()
