"""Rows of passages into their table: some hundred a statement, vectors in PostgreSQL's binary form.

COPY would be the usual way, but PostgreSQL refuses it under row-level security. Arrays that are
unnested cost as little: one statement is parsed, and no vector is written as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from pgvector import HalfVector
from psycopg.adapt import Dumper
from psycopg.pq import Format

from documents.models import DIMENSION, DocumentChunk

ROWS = 500
COLUMNS = [field for field in DocumentChunk._meta.concrete_fields if not field.generated]
# An element of an array of vectors as PostgreSQL receives it: its length in bytes, then a halfvec.
ELEMENT = np.dtype([("bytes", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("v", ">f2", DIMENSION)])


def insert(chunks: Sequence[DocumentChunk]) -> None:
    """Add rows within the transaction and the scope that are open."""
    for start in range(0, len(chunks), ROWS):
        _insert(chunks[start : start + ROWS])


def _insert(chunks: Sequence[DocumentChunk]) -> None:
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own knows no binary
        cursor.adapters.register_dumper(VectorArray, VectorArrayDumper)
        cursor.execute(_statement(), [_column(field, chunks, cursor) for field in COLUMNS])


def _statement() -> str:
    names = ", ".join(str(field.column) for field in COLUMNS)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in COLUMNS)
    return f"INSERT INTO {DocumentChunk._meta.db_table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 (our names)


def _column(field: Any, chunks: Sequence[DocumentChunk], cursor: psycopg.Cursor[Any]) -> Any:
    if field.name == "embedding":
        return _vectors([chunk.embedding for chunk in chunks], cursor)
    values = (field.pre_save(chunk, add=True) for chunk in chunks)
    return [field.get_db_prep_save(value, connection) for value in values]


class VectorArray(bytes):
    """An array of vectors in binary form."""


class VectorArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: VectorArray) -> bytes:
        return obj


def _vectors(vectors: Sequence[HalfVector], cursor: psycopg.Cursor[Any]) -> VectorArray:
    elements = np.zeros(len(vectors), ELEMENT)
    elements["bytes"] = ELEMENT.itemsize - 4
    elements["dim"] = DIMENSION
    elements["v"] = [vector.to_numpy() for vector in vectors]
    (kind,) = cursor.execute("SELECT 'halfvec'::regtype::oid").fetchone() or (0,)
    head = np.array([1, 0, kind, len(vectors), 1], ">i4")  # dimensions, nulls, type, length, first
    return VectorArray(head.tobytes() + elements.tobytes())
