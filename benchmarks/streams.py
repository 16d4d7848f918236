"""Many answers open at once against one web process: errors, first tokens, memory a stream.

python -m benchmarks.streams [--streams 200 500]
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvloop

from benchmarks import cpu, tables
from benchmarks.http import Answer, Connection, spread
from benchmarks.stack import Stack, Stub, free_address, start_stack, wait_for
from config.embedded.lifeline import before_exec

FIRST_MS, WORDS, WORDS_A_SECOND = 300, 100, 10
QUESTION = {"content": "Which words stand here?", "stream": True}


@dataclass
class Run:
    """Seconds, bytes; `errors` are answers without a whole text."""

    streams: int
    first: list[float]
    total: list[float]
    errors: int
    memory: int
    cpu: float

    @property
    def kib_each(self) -> float:
        return self.memory / self.streams / 1024

    @property
    def ms_each(self) -> float:
        return self.cpu / self.streams * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, nargs="+", default=[200, 500])
    arguments = parser.parse_args()
    with (
        paced_model() as stub,
        start_stack(
            OPENAI_BASE_URL=f"{stub.url}/v1",
            OPENAI_API_KEY="stub",
            KYRO_CHAT_MODEL="openai/paced",
            KYRO_EMBEDDING_MODEL="fake",
        ) as stack,
    ):
        uvloop.run(_measure_all(stack, arguments.streams))


@contextmanager
def paced_model() -> Iterator[Stub]:
    url, port = free_address()
    pace = {"first-ms": FIRST_MS, "words": WORDS, "words-a-second": WORDS_A_SECOND}
    command = [sys.executable, "-m", "benchmarks.paced_model", "--port", str(port)]
    command += [part for name, value in pace.items() for part in (f"--{name}", str(value))]
    process = subprocess.Popen(command, preexec_fn=before_exec(signal.SIGKILL))
    try:
        wait_for(url, process)
        yield Stub(url, process.pid)
    finally:
        process.kill()
        process.wait()


async def _measure_all(stack: Stack, levels: list[int]) -> None:
    chatbot = await _make(stack, "/api/v1/chatbots/", [{"name": "Benchmark"}])
    await _measure(stack, chatbot[0], 8)  # connections and imports
    show([await _measure(stack, chatbot[0], streams) for streams in levels])


async def _measure(stack: Stack, chatbot: str, streams: int) -> Run:
    begun = [{"chatbot": chatbot}] * streams
    conversations = await _make(stack, "/api/v1/conversations/", begun)
    web = next(pid for pid, part in cpu.tree(stack.process_id).items() if part == "web")
    before, used = cpu.pss(web), stack.cpu()["web"]
    with cpu.PeakMemory(web) as memory:
        answers = await spread(stack.url, stack.headers, conversations, _ask, streams=streams)
    refusals = Counter(answer.status for answer in answers if answer.status != 200)
    if refusals:
        print(f"{streams} streams: {dict(refusals)}", flush=True)
    whole = [a for a in answers if a.status == 200 and b'"status":"complete"' in a.body]
    return Run(
        streams=streams,
        first=[answer.first for answer in whole if answer.first],
        total=[answer.total for answer in whole],
        errors=streams - len([a for a in whole if f"word{WORDS - 1}".encode() in a.body]),
        memory=memory.peak - before,
        cpu=stack.cpu()["web"] - used,
    )


async def _ask(connection: Connection, conversation: str) -> Answer:
    path = f"/api/v1/conversations/{conversation}/messages/"
    return await connection.post(path, QUESTION, mark=b"event: delta")


async def _make(stack: Stack, path: str, bodies: list[dict[str, str]]) -> list[str]:
    async def make(connection: Connection, body: dict[str, str]) -> Answer:
        return await connection.post(path, body)

    return [a.json()["id"] for a in await spread(stack.url, stack.headers, bodies, make, streams=4)]


def show(runs: list[Run]) -> None:
    rows = [["streams at once", *(str(run.streams) for run in runs)]]
    rows.append(["errors", *(str(run.errors) for run in runs)])
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        seen = (tables.quantile(run.first, share) - FIRST_MS / 1000 for run in runs)
        rows.append([f"first token over the model's, {name}", *(f"{s:.2f} s" for s in seen)])
    least = FIRST_MS / 1000 + WORDS / WORDS_A_SECOND
    rows.append(
        ["whole answer over the model's, p95"]
        + [f"{tables.quantile(run.total, 0.95) - least:.2f} s" for run in runs]
    )
    rows.append(["memory a stream", *(f"{run.kib_each:.0f} KiB" for run in runs)])
    rows.append(["CPU of the web process a stream", *(f"{run.ms_each:.0f} ms" for run in runs)])
    tables.show(rows)


if __name__ == "__main__":
    main()
