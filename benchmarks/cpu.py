"""CPU time and memory of a process tree, read from /proc (Linux)."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# Part of a command line → what the process is; others count as their parent does.
PARTS = {
    "config.asgi": "web",
    "celery": "worker",
    "valkey": "valkey",
    "postgres": "postgres",
    "providers.local.server": "embedder",
    "providers.local.build": "model builder",
}


def tree(root: int) -> dict[int, str]:
    """Process id → part of the product, for a process and all below it."""
    parents = {pid: parent for pid in _all() if (parent := _parent(pid)) is not None}
    parts = {root: "supervisor"}
    grown = True
    while grown:
        new = [pid for pid in parents if pid not in parts and parents[pid] in parts]
        for pid in new:
            parts[pid] = _part(pid) or parts[parents[pid]]
        grown = bool(new)
    return parts


def seconds(root: int) -> Counter[str]:
    """CPU seconds so far by part, children that have ended (and were waited for) included."""
    used: Counter[str] = Counter()
    for pid, part in tree(root).items():
        with contextlib.suppress(OSError):
            # Fields 14 to 17: user and system time, own and of children waited for.
            used[part] += sum(map(int, _stat(pid)[11:15])) / TICKS
    return used


def pss(root: int) -> int:
    """Bytes held by the tree, shared pages counted once (proportional set size)."""
    return sum(_pss(pid) for pid in tree(root))


class PeakMemory:
    """Samples `pss` while the block runs; `peak` and `now` are bytes."""

    def __init__(self, root: int, every: float = 0.5) -> None:
        self.root, self.every, self.peak = root, every, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.is_set():
            self.peak = max(self.peak, pss(self.root))
            self._over.wait(self.every)


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields from the third on; the second, a name in brackets, may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int | None:
    try:
        return int(_stat(pid)[1])
    except OSError:
        return None


def _part(pid: int) -> str | None:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return None
    return next((part for mark, part in PARTS.items() if mark in command), None)


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
