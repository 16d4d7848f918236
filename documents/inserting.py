"""Rows of passages into their table: some hundred a statement, vectors in PostgreSQL's binary form.

COPY would be the usual way, but PostgreSQL refuses it under row-level security. Arrays that are
unnested cost as little: one statement is parsed, and no vector is written as text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from pgvector import HalfVector, SparseVector
from psycopg.adapt import Dumper
from psycopg.pq import Format

from documents.models import DIMENSION, DocumentChunk

ROWS = 500
COLUMNS = [field for field in DocumentChunk._meta.concrete_fields if not field.generated]
# An element of an array of vectors as PostgreSQL receives it: its length in bytes, then a halfvec.
ELEMENT = np.dtype([("bytes", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("v", ">f2", DIMENSION)])
NULL = struct.pack(">i", -1)
TYPES = "SELECT 'halfvec'::regtype::oid, 'sparsevec'::regtype::oid"


def insert(chunks: Sequence[DocumentChunk]) -> None:
    """Add rows within the transaction and the scope that are open."""
    for start in range(0, len(chunks), ROWS):
        _insert(chunks[start : start + ROWS])


def _insert(chunks: Sequence[DocumentChunk]) -> None:
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own knows no binary
        cursor.adapters.register_dumper(VectorArray, VectorArrayDumper)
        halfvec, sparsevec = cursor.execute(TYPES).fetchone() or (0, 0)
        vectors = {
            "embedding": _dense((chunk.embedding for chunk in chunks), len(chunks), halfvec),
            "lexical": _sparse([chunk.lexical for chunk in chunks], sparsevec),
        }
        columns = [vectors.get(field.name) or _column(field, chunks) for field in COLUMNS]
        cursor.execute(_statement(), columns)


def _statement() -> str:
    names = ", ".join(str(field.column) for field in COLUMNS)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in COLUMNS)
    return f"INSERT INTO {DocumentChunk._meta.db_table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 (our names)


def _column(field: Any, chunks: Sequence[DocumentChunk]) -> list[Any]:
    values = (field.pre_save(chunk, add=True) for chunk in chunks)
    return [field.get_db_prep_save(value, connection) for value in values]


class VectorArray(bytes):
    """An array of vectors in binary form."""


class VectorArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: VectorArray) -> bytes:
        return obj


def _dense(vectors: Iterable[HalfVector], count: int, kind: int) -> VectorArray:
    elements = np.zeros(count, ELEMENT)
    elements["bytes"] = ELEMENT.itemsize - 4
    elements["dim"] = DIMENSION
    elements["v"] = [vector.to_numpy() for vector in vectors]
    return VectorArray(_head(kind, count, has_nulls=False) + elements.tobytes())


def _sparse(vectors: Sequence[SparseVector | None], kind: int) -> VectorArray:
    elements = [NULL if vector is None else _sized(vector.to_binary()) for vector in vectors]
    return VectorArray(_head(kind, len(vectors), has_nulls=True) + b"".join(elements))


def _sized(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _head(kind: int, count: int, *, has_nulls: bool) -> bytes:
    """Of an array: dimensions, nulls, type, length, first."""
    return struct.pack(">iiIii", 1, has_nulls, kind, count, 1)
