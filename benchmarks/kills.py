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
from typing import Any
from uuid import UUID

import psycopg
import uvloop
from redis import Redis

from benchmarks import cpu, library, tables
from benchmarks.http import connect
from benchmarks.stack import Stack, start_stack
from config.embedded.paths import run_dir, secrets, valkey_socket

FILES = 4  # of each cycle
EMPTY = 60_000  # elements without a word: most of a second to read
PATIENCE = 600.0  # seconds until everything has ended
BACK_AGAIN = 60.0  # seconds until the worker has been started once more
APPEARING = 5.0  # seconds until a document is being read
KINDS = ("worker", "worker's child", "forker of readers", "reader")
WIPED = 0.1  # of the cycles empty Valkey as well
QUICK = {"KYRO_LEASE_SECONDS": "2", "KYRO_HEARTBEAT_SECONDS": "0.5", "KYRO_SWEEP_SECONDS": "1"}
# What a document may end in that was struck again and again; it is asked for once more.
STRUCK = ("interrupted", "parser_lost")
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
        rows += _retry_the_struck(stack)
        for fault, sql in FAULTS.items():
            filled = sql.format(cycles=arguments.cycles, files=FILES)
            rows.append((fault, str(_count(stack, filled))))
        tables.show(rows)


TAKEN_AGAIN = "SELECT count(*) FROM documents_document WHERE attempt > 1"
UNFINISHED = "SELECT count(*) FROM documents_document WHERE status IN ('pending', 'processing')"
IN_ERROR = "SELECT id, error_code, error_message FROM documents_document WHERE status = 'error'"


def _files(folder: Path, cycle: int) -> list[Path]:
    """New ones: some of one to forty sections, and one that takes its reader most of a second."""
    paths = []
    for number in range(FILES - 1):
        path = folder / f"r{cycle}-{number}.md"
        sections = range(1 + 20 * number)
        text = f"# Report {cycle}.{number}\n\n" + "\n\n".join(
            f"## Part {part}\n\n" + f"Report {cycle}.{number} says word{part} once. " * 20
            for part in sections
        )
        path.write_text(text)
        paths.append(path)
    slow = folder / f"r{cycle}-slow.html"
    slow.write_text(f"<!doctype html><p>Report {cycle} is slow.</p>" + "<p><i></i></p>" * EMPTY)
    return [*paths, slow]


def _kill_something(stack: Stack, chance: random.Random) -> Counter[str]:
    killed: Counter[str] = Counter()
    if chance.random() < WIPED:
        Redis(unix_socket_path=str(valkey_socket(stack.data))).flushall()
        killed["Valkey's content"] += 1
    what = chance.choice(KINDS)
    _wait_for(stack, what)
    time.sleep(chance.uniform(0, 0.7))
    victims = _wait_for(stack, what)
    if victims:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(victims), signal.SIGKILL)
            killed[what] += 1
    return killed


def _wait_for(stack: Stack, what: str) -> list[int]:
    """Those there are. A worker that was killed as a whole is there again after some seconds;
    readers and their forker come with the next document, if one is waiting."""
    is_ours = what in ("worker", "worker's child")
    until = time.monotonic() + (BACK_AGAIN if is_ours else APPEARING)
    while not (found := _victims(stack).get(what, [])) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _victims(stack: Stack) -> dict[str, list[int]]:
    """Processes of the worker by what they are."""
    workers = [pid for pid, part in cpu.tree(stack.process_id).items() if part == "worker"]
    found: dict[str, list[int]] = {}
    for pid in sorted(workers):
        with suppress(OSError):
            found.setdefault(_kind(stack, pid), []).append(pid)
    return found


def _kind(stack: Stack, pid: int) -> str:
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    if _reads(pid):
        return "reader" if _reads(parent) else "forker of readers"
    return "worker" if parent == stack.process_id else "worker's child"


def _reads(pid: int) -> bool:
    return b"child.py" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _retry_the_struck(stack: Stack) -> list[tuple[str, str]]:
    """Documents may end in error that were struck three times: each says so, and is ready once
    somebody asks again. Any other error is left, and so counts as lost."""
    ended = _rows(stack, IN_ERROR)
    struck = [pk for pk, code, _message in ended if code in STRUCK]
    uvloop.run(_reprocess(stack, struck))
    _wait(stack)
    reasons = Counter(f"{code}: {message}" for _pk, code, message in ended)
    rows = [("in error, retried by hand", str(len(struck)))]
    return rows + [(f"reason {reason}", str(times)) for reason, times in reasons.items()]


async def _reprocess(stack: Stack, documents: list[UUID]) -> None:
    async with connect(stack.url, stack.headers) as connection:
        for document in documents:
            await connection.post(f"{library.DOCUMENTS}{document}/reprocess/", {})


def _wait(stack: Stack) -> str:
    started = time.monotonic()
    while _count(stack, UNFINISHED) and time.monotonic() - started < PATIENCE:
        time.sleep(0.5)
    return f"{time.monotonic() - started:.1f} s"


def _count(stack: Stack, sql: str) -> int:
    return int(_rows(stack, sql)[0][0])


def _rows(stack: Stack, sql: str) -> list[tuple[Any, ...]]:
    """As the database's own account, which no policy binds."""
    with psycopg.connect(
        host=str(run_dir(stack.data)),
        port=5432,
        user="postgres",
        dbname="kyro",
        password=secrets(stack.data)["superuser_password"],
    ) as connection:
        return connection.execute(sql).fetchall()


if __name__ == "__main__":
    main()
