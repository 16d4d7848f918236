"""The vector of a question: made once, then kept for who asked it.

A few are kept in this process, more in Valkey for some minutes. Whose question it was is part of
the key, so nobody's search is faster for what another person asked.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
import structlog

from accounts import valkey
from accounts.connections import give_back
from accounts.embedding import embedder_of
from documents.models import DIMENSION, EmbeddingGeneration
from providers.base import Vectors
from providers.kept import Kept

log = structlog.get_logger(__name__)

KEPT = 1_000  # in this process, 10 KB each
# In Valkey, which refuses when it is full: one vector a slot, so never more than 26 MB.
SLOTS = 16_384
SLOT_SECONDS = 600
TOLD_EVERY = 1_000  # questions
# Five digits tell every number of 16 bits apart.
NOTATION = "[" + ",".join(["%.5g"] * DIMENSION) + "]"


@dataclass
class Known:
    vector: Vectors

    @cached_property
    def as_halfvec(self) -> str:
        wide = np.zeros(DIMENSION, np.float16)
        wide[: len(self.vector)] = self.vector
        return NOTATION % tuple(wide.tolist())


_kept: Kept[bytes, Known] = Kept(most=KEPT)
_running: dict[bytes, Future[Known]] = {}
_found: Counter[str] = Counter()
os.register_at_fork(after_in_child=_running.clear)  # nobody would end them there


def vector_of(owner_id: UUID, generation: EmbeddingGeneration, query: str) -> Vectors:
    """float32 [dimension] of length 1, to be compared with that generation's alone.

    Whoever has to wait for the model gives its database connection back first, so call it outside
    transactions. Raises ProviderError.
    """
    return _known(owner_id, generation, query).vector


def halfvec_of(owner_id: UUID, generation: EmbeddingGeneration, query: str) -> str:
    """The same as a parameter of a statement: `%s::halfvec`, as long as the column."""
    return _known(owner_id, generation, query).as_halfvec


def _known(owner_id: UUID, generation: EmbeddingGeneration, query: str) -> Known:
    key = _key(owner_id, generation, query)
    if known := _kept.get(key):
        return _told("here", known)
    mine: Future[Known] = Future()
    first = _running.setdefault(key, mine)
    if first is not mine:
        give_back()
        return _told("with another", first.result())
    try:
        mine.set_result(_looked_up(key, owner_id, generation, query))
    except BaseException as error:  # noqa: BLE001 – raised below, and to all who wait
        mine.set_exception(error)
    finally:
        del _running[key]
    return mine.result()


def _key(owner_id: UUID, generation: EmbeddingGeneration, query: str) -> bytes:
    said = f"{owner_id} {generation.pk} {generation.model} {query}"
    return hashlib.sha256(said.encode(errors="surrogatepass")).digest()


def _looked_up(key: bytes, owner_id: UUID, generation: EmbeddingGeneration, query: str) -> Known:
    if known := _kept.get(key):  # somebody's, who has just ended
        return _told("here", known)
    vector = _stored(key)
    if vector is not None:
        known = _told("valkey", Known(vector))
    else:
        known = _told("embedded", Known(_embedded(owner_id, generation, query)))
        _store(key, known.vector)
    _kept[key] = known
    return known


def _embedded(owner_id: UUID, generation: EmbeddingGeneration, query: str) -> Vectors:
    with embedder_of(owner_id, generation.model) as embedder:
        give_back()  # it was taken to look for the person's own account
        return embedder.embed_query(query)


def _stored(key: bytes) -> Vectors | None:
    try:
        held: bytes | None = valkey.ask(lambda client: client.get(_slot(key)))
    except valkey.Away:
        return None
    if held is None or not held.startswith(key):
        return None
    return np.frombuffer(held, np.float16, offset=len(key)).astype(np.float32)


def _store(key: bytes, vector: Vectors) -> None:
    """As finely as the column of the passages keeps theirs."""
    content = key + vector.astype(np.float16).tobytes()
    with suppress(valkey.Away):
        valkey.ask(lambda client: client.set(_slot(key), content, ex=SLOT_SECONDS))


def _slot(key: bytes) -> str:
    return f"query-vector:{int.from_bytes(key[:4]) % SLOTS}"


def _told(where: str, known: Known) -> Known:
    """Now and then the log says how many questions were known, and from where."""
    _found[where] += 1
    if not _found.total() % TOLD_EVERY:
        log.info("query_vectors", **{name.replace(" ", "_"): n for name, n in _found.items()})
    return known
