"""Libraries of passages with vectors and words that a test chooses, written without ingestion."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import numpy as np
from django.core.files.base import ContentFile

from accounts.models import User
from accounts.tenancy import scope
from documents import generations, inserting, uploads
from documents.lexical import weighed
from documents.models import DocumentChunk
from documents.vectors import halves


def no_words(_number: int) -> list[str]:
    return []


def add_passages(
    user: User, count: int, seed: int = 1, words: Callable[[int], list[str]] = no_words
) -> UUID:
    """A document with so many random vectors; returns its id. `words`: number → index terms."""
    generation = generations.present()
    vectors = np.random.default_rng(seed).standard_normal((count, 768), dtype=np.float32)
    with scope(user):
        file = ContentFile(f"{user.pk} {seed}".encode(), "a.txt")
        document, _ = uploads.add_document(user, file)
        inserting.insert(
            [
                DocumentChunk(
                    document=document,
                    owner=user,
                    generation=generation,
                    chunk_index=index,
                    content=" ".join(words(index)) or "x",
                    lexical=weighed(words(index), tokens=220),
                    start_char=0,
                    end_char=1,
                    embedding=vector,
                    embedding_model=generation.model,
                )
                for index, vector in enumerate(halves(vectors))
            ]
        )
    return document.pk
