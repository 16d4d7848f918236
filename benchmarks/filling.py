"""A table of passages as ingestion leaves it, filled by COPY as the database's superuser.

Owners' sizes follow Zipf's law, documents hold ten passages on average and come in no order.
Each folder holds one size; what is complete in it is not made again.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection

from accounts.models import User
from accounts.tenancy import OWNER_ROLE, system
from benchmarks.made_passages import Maker, Passage
from documents import generations, graph
from documents.lexical import TERMS
from documents.models import Document

EPOCH_MS = 1_763_000_000_000
PASSAGES = 10  # of a document, on average
AT_ONCE = 200  # documents
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'documents_documentchunk'"
COLUMNS = (
    *("id", "document_id", "owner_id", "generation_id", "chunk_index", "content", "lexical"),
    *("token_count", "start_char", "end_char", "section", "metadata", "enabled", "original"),
    *("indexed", "embedding", "embedding_model", "created_at"),
)
COPY = f"COPY documents_documentchunk ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"


@dataclass
class Shelf:
    """What one database holds."""

    chunks: int
    owners: int

    def sizes(self) -> list[int]:
        """Passages of each owner, the largest first."""
        shares = 1 / np.arange(1, self.owners + 1)
        return np.maximum(np.round(shares / shares.sum() * self.chunks), 1).astype(int).tolist()


@dataclass
class Made:
    pk: bytes
    owner: UUID
    passages: int
    indexed: bool


def fill(shelf: Shelf, corpus: Path | None, superuser: dict[str, Any]) -> None:
    owners = make_owners(shelf)
    with psycopg.connect(**superuser, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")  # no foreign keys are checked
        database.execute(f"SET maintenance_work_mem = '{64 + shelf.chunks // 400}MB'")
        database.execute("TRUNCATE documents_documentchunk, documents_document CASCADE")
        documents = make_documents(shelf, owners)
        defined = drop_indexes(database)
        began = time.monotonic()
        with database.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for number, row in enumerate(rows(documents, Maker(corpus, seed=shelf.chunks))):
                copy.write(row)
                if number % 50_000 == 0:
                    print(f"  {number:,} rows, {time.monotonic() - began:.0f} s", flush=True)
            copy.write(struct.pack(">h", -1))
        for name, definition in defined:
            began = time.monotonic()
            database.execute(definition)
            print(f"  {name}: {time.monotonic() - began:.1f} s", flush=True)
        database.execute("VACUUM ANALYZE documents_documentchunk")
        database.execute("VACUUM ANALYZE documents_document")


def make_owners(shelf: Shelf) -> list[UUID]:
    with system():
        User.objects.filter(email__startswith="made-").delete()
        made = [
            User(pk=UUID(bytes=identity(number, 3)), email=name, username=name)
            for number, name in enumerate(f"made-{n}@example.com" for n in range(shelf.owners))
        ]
        User.objects.bulk_create(made)
    return [user.pk for user in made]


def drop_indexes(database: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """All but those of constraints; returns how to make them again."""
    found = database.execute(INDEXES).fetchall()
    ours = [
        (name, text) for name, text in found if name.startswith("chunk_") and "once" not in name
    ]
    for name, _text in ours:
        database.execute(f"DROP INDEX {name}")
    return ours


def make_documents(shelf: Shelf, owners: list[UUID]) -> list[Made]:
    """Of all owners, shuffled."""
    chance = np.random.default_rng(shelf.owners)
    made = [
        (owner, count, size > graph.MANY)
        for owner, size in zip(owners, shelf.sizes(), strict=True)
        for count in split(size, chance)
    ]
    order = chance.permutation(len(made))
    documents = [
        Made(identity(number, 1), *made[index]) for number, index in enumerate(order.tolist())
    ]
    with system():
        Document.objects.bulk_create(
            (
                Document(
                    pk=UUID(bytes=document.pk),
                    owner_id=document.owner,
                    name=f"document {number}",
                    file="none",
                    file_size=1,
                    content_hash=str(number),
                    status=Document.Status.READY,
                )
                for number, document in enumerate(documents)
            ),
            batch_size=1000,
        )
    return documents


def rows(documents: list[Made], maker: Maker) -> Iterator[bytes]:
    generation = generations.present()
    of_generation = field(struct.pack(">q", generation.pk))
    model = field(generation.model)
    number = 0
    for some in batched(documents, AT_ONCE):
        passages = iter(maker.documents([document.passages for document in some]))
        for document in some:
            heads = field(document.pk) + field(document.owner.bytes) + of_generation
            indexed = field(b"\x01" if document.indexed else b"\0")
            for index, passage in enumerate(islice(passages, document.passages)):
                number += 1
                ends = indexed + vector(passage) + model
                yield row(identity(number, 2), heads, index, passage, ends)


def batched(documents: list[Made], count: int) -> Iterator[list[Made]]:
    for start in range(0, len(documents), count):
        yield documents[start : start + count]


def vector(passage: Passage) -> bytes:
    return field(struct.pack(">HH", 768, 0) + passage.vector.astype(">f2").tobytes())


def split(size: int, chance: np.random.Generator) -> Iterator[int]:
    while size > 0:
        count = min(size, 1 + int(chance.poisson(PASSAGES - 1)))
        size -= count
        yield count


def identity(number: int, kind: int) -> bytes:
    """A UUIDv7 that grows with the number."""
    return UUID(int=(EPOCH_MS + number // 8) << 80 | 7 << 76 | 2 << 62 | kind << 40 | number).bytes


def row(pk: bytes, heads: bytes, index: int, passage: Passage, ends: bytes) -> bytes:
    content = passage.content.encode()
    middle = (
        *(struct.pack(">i", index), content, sparse(passage), struct.pack(">i", passage.tokens)),
        *(bytes(4), struct.pack(">i", len(content))),
        *(b"Part", b"\x01{}", b"\x01", b""),
    )
    made = field(struct.pack(">q", 0))
    head = struct.pack(">h", len(COLUMNS)) + field(pk) + heads
    return head + b"".join(map(field, middle)) + ends + made


def sparse(passage: Passage) -> bytes:
    head = struct.pack(">iii", TERMS, len(passage.terms), 0)
    return head + passage.terms.astype(">i4").tobytes() + passage.weights.astype(">f4").tobytes()


def field(value: bytes | str) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">i", len(value)) + value


def count_rows() -> int:
    with system(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM documents_documentchunk")
        return int(cursor.fetchone()[0])


def install_functions(superuser: dict[str, Any]) -> None:
    """The search functions as they are now, in a database that was filled earlier."""
    migration = import_module("documents.migrations.0009_lexical")
    with psycopg.connect(**superuser, autocommit=True) as database:
        database.execute("SELECT '[1]'::halfvec(1)")  # loads the extension and its settings
        database.execute(f"SET ROLE {OWNER_ROLE}")
        functions = migration.LEGS + migration.SEARCH
        database.execute(functions.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
