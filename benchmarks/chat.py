"""Streamed answers over retrieved passages, beside the model provider's own.

python -m benchmarks.chat --stub stub_models.py [--streams 1 64] [--chats N] [--corpus DIR]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks import library, tables
from benchmarks.http import Answer, Connection, spread
from benchmarks.stack import Stack, Stub, add_arguments, openai_settings, start_stack, start_stub
from config.embedded.paths import PROJECT

MODEL = {"ttft_ms": 100, "tps": 100, "tokens": 64}
SETTLE_SECONDS = 1.5  # what is left to do after an answer belongs to its cost
DEMO_TEXTS = PROJECT / "conversations" / "demo_texts"
OUR_FIRST = b"event: delta"
STUB_FIRST = b'"content"'


@dataclass
class Direct:
    """The stub asked without us: first tokens in seconds, and chats a second."""

    first: list[float]
    rate: float


@dataclass
class Run:
    streams: int
    first: list[float]
    rate: float
    errors: int
    incomplete: int
    cpu: Counter[str]
    direct: Direct


def main() -> None:
    arguments = read_arguments()
    with (
        start_stub(arguments.stub, arguments.stub_python, **MODEL) as stub,
        start_stack(**openai_settings(stub)) as stack,
    ):
        uvloop.run(_measure_all(arguments, stack, stub))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, needs_stub=True)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--chats", type=int, help="at each level (5 rounds, 30 at least)")
    parser.add_argument("--corpus", type=Path, default=DEMO_TEXTS, help="what is searched")
    return parser.parse_args()


async def _measure_all(arguments: argparse.Namespace, stack: Stack, stub: Stub) -> None:
    files = library.files_in(arguments.corpus, largest=1.0)
    documents = await library.wait_until_finished(stack, await library.upload(stack, files))
    chunks = sum(document["chunk_count"] for document in documents)
    print(f"{len(documents)} documents, {chunks} chunks", flush=True)
    questions = _questions(files)
    chatbot = await _make_chatbot(stack)
    await _ask(stack, chatbot, questions[:16], streams=8)  # connections and imports
    runs = []
    for streams in arguments.streams:
        count = arguments.chats or max(30, 5 * streams)
        chosen = [questions[number % len(questions)] for number in range(count)]
        direct = await _ask_stub(stub, chosen, streams=streams)
        runs.append(await _measure(stack, chatbot, chosen, direct, streams=streams))
    show(runs)


async def _measure(
    stack: Stack, chatbot: str, questions: list[str], direct: Direct, *, streams: int
) -> Run:
    conversations = await _make_conversations(stack, chatbot, len(questions))
    before, started = stack.cpu(), time.perf_counter()
    answers = await _send(stack, conversations, questions, streams=streams)
    seconds = time.perf_counter() - started
    time.sleep(SETTLE_SECONDS)
    used = stack.cpu() - before
    good = [answer for answer in answers if answer.status == 200 and answer.first]
    return Run(
        streams=streams,
        first=[answer.first for answer in good],
        rate=len(good) / seconds,
        errors=len(answers) - len(good) + sum(b"event: error" in answer.body for answer in good),
        incomplete=await _incomplete(stack, conversations, good),
        cpu=used,
        direct=direct,
    )


async def _ask(stack: Stack, chatbot: str, questions: list[str], *, streams: int) -> None:
    conversations = await _make_conversations(stack, chatbot, len(questions))
    for answer in await _send(stack, conversations, questions, streams=streams):
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {answer.body[:500]!r}")


async def _send(
    stack: Stack, conversations: list[str], questions: list[str], *, streams: int
) -> list[Answer]:
    async def chat(connection: Connection, job: tuple[str, str]) -> Answer:
        path = f"/api/v1/conversations/{job[0]}/messages/"
        return await connection.post(path, {"content": job[1], "stream": True}, mark=OUR_FIRST)

    jobs = zip(conversations, questions, strict=True)
    return await spread(stack.url, stack.headers, jobs, chat, streams=streams)


async def _ask_stub(stub: Stub, questions: list[str], *, streams: int) -> Direct:
    async def chat(connection: Connection, question: str) -> Answer:
        messages = [{"role": "user", "content": question}]
        body = {"model": "stub-chat", "messages": messages, "stream": True}
        return await connection.post("/v1/chat/completions", body, mark=STUB_FIRST)

    started = time.perf_counter()
    answers = await spread(stub.url, {}, questions, chat, streams=streams)
    rate = len(answers) / (time.perf_counter() - started)
    return Direct([answer.first for answer in answers], rate)


async def _make_chatbot(stack: Stack) -> str:
    """One that reads every document."""
    body = {"name": "Benchmark", "system_prompt": "Answer from the passages and cite them."}

    async def make(connection: Connection, job: dict) -> Answer:
        return await connection.post("/api/v1/chatbots/", job)

    return _id((await spread(stack.url, stack.headers, [body], make, streams=1))[0])


async def _make_conversations(stack: Stack, chatbot: str, count: int) -> list[str]:
    async def make(connection: Connection, _number: int) -> Answer:
        return await connection.post("/api/v1/conversations/", {"chatbot": chatbot})

    answers = await spread(stack.url, stack.headers, range(count), make, streams=4)
    return [_id(answer) for answer in answers]


async def _incomplete(stack: Stack, conversations: list[str], answers: list[Answer]) -> int:
    """How many answers are not stored, whole and as they were streamed."""

    async def stored(connection: Connection, conversation: str) -> list[str]:
        answer = await connection.get(f"/api/v1/conversations/{conversation}/messages/")
        messages = answer.json()["results"]
        return [m["content"] for m in messages if m["status"] == "complete" and m["role"] != "user"]

    texts = await spread(stack.url, stack.headers, conversations, stored, streams=4)
    kept = Counter(text for found in texts for text in found)
    return (Counter(map(_shown, answers)) - kept).total()


def _shown(answer: Answer) -> str:
    """The text of an event stream's deltas."""
    blocks = [block.split("\n") for block in answer.body.decode().split("\n\n")]
    deltas = [lines for lines in blocks if "event: delta" in lines]
    return "".join(json.loads(lines[-1].removeprefix("data: "))["text"] for lines in deltas)


def _questions(files: list[Path]) -> list[str]:
    """About words that occur in the text files, so that every search finds something."""
    chance = random.Random(1)
    texts = [path.read_text(errors="replace") for path in files if path.suffix in (".md", ".txt")]
    words = sorted(set(re.findall(r"[A-Za-z]{6,}", "\n".join(texts))))
    if not words:
        raise SystemExit("The folder needs a text or Markdown file, whose words are asked about.")
    return [f"What is said about {' and '.join(chance.choices(words, k=3))}?" for _ in range(500)]


def _id(answer: Answer) -> str:
    if answer.status != 201:
        raise SystemExit(f"{answer.status} {answer.body[:500]!r}")
    return answer.json()["id"]


def show(runs: list[Run]) -> None:
    columns = [_figures(run) for run in runs]
    tables.show([(name, *(column[name] for column in columns)) for name in columns[0]])


def _figures(run: Run) -> dict[str, str]:
    count = len(run.first) or 1
    figures = {"concurrent streams": str(run.streams), "chats": str(count)}
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        ours, stub = (1000 * tables.quantile(v, share) for v in (run.first, run.direct.first))
        figures[f"first token {name}, stub alone"] = f"{stub:.0f} ms"
        figures[f"first token {name}, over the stub"] = f"+{ours - stub:.0f} ms"
    figures["chats/s, stub alone"] = f"{run.direct.rate:.1f}"
    figures["chats/s"] = f"{run.rate:.1f} ({run.rate / run.direct.rate:.2f} of the stub)"
    figures["CPU per chat, web"] = f"{1000 * run.cpu['web'] / count:.1f} ms"
    figures["CPU per chat, database"] = f"{1000 * run.cpu['postgres'] / count:.1f} ms"
    figures["CPU per chat, all of ours"] = f"{1000 * sum(run.cpu.values()) / count:.1f} ms"
    figures["errors"] = str(run.errors)
    figures["not stored as streamed"] = str(run.incomplete)
    return figures


if __name__ == "__main__":
    main()
