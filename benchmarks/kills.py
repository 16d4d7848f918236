"""Acknowledged means durable: processes killed at random instants, then everything is counted.

python -m benchmarks.kills [--cycles 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg
import uvloop
from redis import Redis

from benchmarks import cpu, library, tables
from benchmarks.stack import Stack, start_stack
from config.embedded.paths import run_dir, secrets, valkey_socket

FILES = 4  # of each cycle
PATIENCE = 600.0  # seconds until everything has ended
BACK_AGAIN = 60.0  # seconds until the worker has been started once more
WIPED = 0.1  # of the cycles empty Valkey as well
QUICK = {"KYRO_LEASE_SECONDS": "2", "KYRO_HEARTBEAT_SECONDS": "0.5", "KYRO_SWEEP_SECONDS": "1"}
# Every line names what must not be there.
FAULTS = {
    "lost": "SELECT {cycles} * {files} - count(*) FROM documents_document WHERE status = 'ready'",
    "half visible": """
        SELECT count(*) FROM documents_document d WHERE d.chunk_count <>
            (SELECT count(*) FROM documents_documentchunk c WHERE c.document_id = d.id)""",
    "duplicate chunks": """
        SELECT count(*) FROM (SELECT 1 FROM documents_documentchunk
            GROUP BY document_id, generation_id, chunk_index HAVING count(*) > 1) twice""",
    "gaps": """
        SELECT count(*) FROM (SELECT 1 FROM documents_documentchunk
            GROUP BY document_id HAVING max(chunk_index) <> count(*) - 1) gap""",
    "still owed": "SELECT count(*) FROM accounts_pendingtask WHERE kind = 'document.ingest'",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    models = {"KYRO_CHAT_MODEL": "fake", "KYRO_EMBEDDING_MODEL": "fake"}
    with start_stack(**QUICK, **models) as stack, tempfile.TemporaryDirectory() as folder:
        chance = random.Random(arguments.seed)
        killed: Counter[str] = Counter()
        torn = 0
        for cycle in range(arguments.cycles):
            uvloop.run(library.upload(stack, _files(Path(folder), cycle)))
            killed += _kill_something(stack, chance)
            torn += _count(stack, FAULTS["half visible"])
        ended = _wait(stack)
        rows = [("cycles", str(arguments.cycles)), ("half visible meanwhile", str(torn))]
        rows += [(f"killed: {what}", str(times)) for what, times in sorted(killed.items())]
        rows += [("taken up again", str(_count(stack, TAKEN_AGAIN))), ("ended after", ended)]
        for fault, sql in FAULTS.items():
            filled = sql.format(cycles=arguments.cycles, files=FILES)
            rows.append((fault, str(_count(stack, filled))))
        tables.show(rows)


TAKEN_AGAIN = "SELECT count(*) FROM documents_document WHERE attempt > 1"
UNFINISHED = "SELECT count(*) FROM documents_document WHERE status IN ('pending', 'processing')"


def _files(folder: Path, cycle: int) -> list[Path]:
    """New ones, of one to forty sections."""
    paths = []
    for number in range(FILES):
        path = folder / f"r{cycle}-{number}.md"
        sections = range(1 + 13 * number)
        text = f"# Report {cycle}.{number}\n\n" + "\n\n".join(
            f"## Part {part}\n\n" + f"Report {cycle}.{number} says word{part} once. " * 20
            for part in sections
        )
        path.write_text(text)
        paths.append(path)
    return paths


def _kill_something(stack: Stack, chance: random.Random) -> Counter[str]:
    killed: Counter[str] = Counter()
    _wait_for_children(stack)
    time.sleep(chance.uniform(0, 0.7))
    if chance.random() < WIPED:
        Redis(unix_socket_path=str(valkey_socket(stack.data))).flushall()
        killed["Valkey's content"] += 1
    victims = _victims(stack)
    if victims:
        what = chance.choice(sorted(victims))
        with suppress(ProcessLookupError):
            os.kill(chance.choice(victims[what]), signal.SIGKILL)
            killed[what] += 1
    return killed


def _wait_for_children(stack: Stack) -> None:
    """A worker that was killed as a whole must be there again, or there is nothing to kill."""
    until = time.monotonic() + BACK_AGAIN
    while "worker's child" not in _victims(stack) and time.monotonic() < until:
        time.sleep(0.2)


def _victims(stack: Stack) -> dict[str, list[int]]:
    """Processes of the worker by what they are: the main one, its children, readers' processes."""
    workers = [pid for pid, part in cpu.tree(stack.process_id).items() if part == "worker"]
    found: dict[str, list[int]] = {}
    for pid in sorted(workers):
        with suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            what = "worker" if parent == stack.process_id else "worker's child"
            found.setdefault("reader" if b"child.py" in command else what, []).append(pid)
    return found


def _wait(stack: Stack) -> str:
    started = time.monotonic()
    while _count(stack, UNFINISHED) and time.monotonic() - started < PATIENCE:
        time.sleep(0.5)
    return f"{time.monotonic() - started:.1f} s"


def _count(stack: Stack, sql: str) -> int:
    """As the database's own account, which no policy binds."""
    with psycopg.connect(
        host=str(run_dir(stack.data)),
        port=5432,
        user="postgres",
        dbname="kyro",
        password=secrets(stack.data)["superuser_password"],
    ) as connection:
        row = connection.execute(sql).fetchone()
        return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
