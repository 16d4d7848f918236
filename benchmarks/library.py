"""Documents by the API: files of a folder up, four at once, and waiting for their end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.http import Connection, connect, spread
from benchmarks.stack import Stack

AT_ONCE = 4
SUFFIXES = {".txt", ".md", ".pdf", ".docx"}
DOCUMENTS = "/api/v1/documents/"


def files_in(folder: Path, *, largest: float, limit: int | None = None) -> list[Path]:
    """The files we read, by name; `largest` in megabytes."""
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in SUFFIXES and 0 < path.stat().st_size <= largest * 1e6
    ]
    if not found:
        raise SystemExit(f"There are no documents in {folder}.")
    return found[:limit]


async def upload(stack: Stack, files: list[Path]) -> list[str]:
    async def send(connection: Connection, path: Path) -> str:
        answer = await connection.upload(DOCUMENTS, path.name, path.read_bytes())
        if answer.status not in (200, 202):
            raise SystemExit(f"{path.name}: {answer.status} {answer.body[:300]!r}")
        return answer.json()["id"]

    ids = await spread(stack.url, stack.headers, files, send, streams=AT_ONCE)
    return list(dict.fromkeys(ids))


async def wait_until_finished(stack: Stack, ids: list[str]) -> list[dict]:
    """The documents as the API shows them at their end; asks four times a second."""
    async with connect(stack.url, stack.headers) as connection:
        for status in ("pending", "processing"):
            while (await _first_with(connection, status))["results"]:
                await asyncio.sleep(0.25)
        listed = await _listed(connection)
        return [listed[pk] for pk in ids]


async def _first_with(connection: Connection, status: str) -> dict:
    return (await connection.get(f"{DOCUMENTS}?limit=1&status={status}")).json()


async def _listed(connection: Connection) -> dict[str, dict]:
    documents, path = {}, f"{DOCUMENTS}?limit=200"
    while path:
        page = (await connection.get(path)).json()
        documents |= {document["id"]: document for document in page["results"]}
        path = page["next"] and DOCUMENTS + page["next"].partition(DOCUMENTS)[2]
    return documents
