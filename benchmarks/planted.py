"""Facts planted in a corpus: how many the API's first five hold, and how many an exact search."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
from pgvector import HalfVector

from benchmarks import tables
from benchmarks.http import Answer, Connection, spread
from benchmarks.stack import Stack, Stub
from config.embedded.paths import run_dir, secrets

FIRST = 5
# An expression no index knows, so that every vector is looked at.
EXACT = (
    "SELECT content FROM documents_documentchunk WHERE embedding IS NOT NULL"
    " ORDER BY (embedding <=> %s::halfvec) + 0 LIMIT %s"
)


@dataclass(frozen=True)
class Fact:
    question: str
    phrase: str


def facts(corpus: Path, files: list[Path]) -> list[Fact]:
    names = {path.name for path in files}
    listed = json.loads((corpus / "manifest.json").read_text())
    return [
        Fact(f"What is the access phrase of {fact['name']}?", fact["phrase"])
        for file in listed
        if file["file"] in names
        for fact in file["facts"]
    ]


async def compare(stack: Stack, stub: Stub, asked: list[Fact]) -> None:
    exact = await _exactly(stack, stub, asked)
    rows = [("planted facts in the first five", "found"), ("exact search of vectors", exact)]
    rows += [(f"API, {mode}", await _by_api(stack, asked, mode)) for mode in ("vector", "hybrid")]
    tables.show(rows)


async def _by_api(stack: Stack, asked: list[Fact], mode: str) -> str:
    async def ask(connection: Connection, fact: Fact) -> bool:
        body = {"query": fact.question, "mode": mode, "top_k": FIRST}
        answer = await connection.post("/api/v1/search/", body)
        return any(fact.phrase in found["content"] for found in answer.json()["results"])

    return _share(await spread(stack.url, stack.headers, asked, ask, streams=2))


async def _exactly(stack: Stack, stub: Stub, asked: list[Fact]) -> str:
    async def ask(connection: Connection, fact: Fact) -> tuple[Fact, Answer]:
        body = {"model": "stub-embed", "input": [fact.question], "encoding_format": "base64"}
        return fact, await connection.post("/v1/embeddings", body)

    embedded = await spread(stub.url, {}, asked, ask, streams=2)
    with psycopg.connect(**_as_superuser(stack.data)) as connection:
        found = [fact.phrase in _nearest(connection, answer) for fact, answer in embedded]
    return _share(found)


def _nearest(connection: psycopg.Connection, answer: Answer) -> str:
    raw = base64.b64decode(answer.json()["data"][0]["embedding"])
    vector = HalfVector(np.frombuffer(raw, "<f4")).to_text()
    return "\n".join(content for (content,) in connection.execute(EXACT, [vector, FIRST]))


def _as_superuser(data: Path) -> dict[str, str]:
    """Past the row policies, whose owner check would be part of the plan."""
    password = secrets(data)["superuser_password"]
    return {"host": str(run_dir(data)), "user": "postgres", "dbname": "kyro", "password": password}


def _share(found: list[bool]) -> str:
    return f"{sum(found)} of {len(found)} ({sum(found) / len(found):.3f})"
