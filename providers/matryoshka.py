"""Vectors of other lengths than the 768 of our column."""

import numpy as np

from providers.base import Vectors
from providers.errors import ProviderError

COLUMN = 768
# Trained so that the first numbers alone are a good vector (arXiv:2205.13147), by their makers'
# model cards; of any other model a shortened vector is noise.
MODELS = (
    "text-embedding-3-",
    "gemini-embedding-",
    "embeddinggemma",
    "qwen3-embedding",
    "nomic-embed-text-v1.5",
    "mxbai-embed-large",
    "snowflake-arctic-embed-l-v2",
    "snowflake-arctic-embed2",
    "jina-embeddings-v3",
)


def fitted(vectors: Vectors, model: str) -> Vectors:
    """Vectors [n, m] of at most 768 numbers: longer ones are cut where the model allows it.

    Whoever keeps them makes their length 1 again. Shorter ones stay: zeros are added on storing.
    """
    length = vectors.shape[-1] if vectors.ndim == 2 else 0
    if length <= COLUMN:
        return vectors
    if not is_matryoshka(model):
        message = (
            f"The embedding model {model} makes vectors of {length} numbers; at most {COLUMN} can "
            "be stored, and its vectors cannot be shortened. Choose another embedding model."
        )
        raise ProviderError(message, code="vectors_too_long", permanent=True)
    return np.ascontiguousarray(vectors[:, :COLUMN])


def is_matryoshka(model: str) -> bool:
    return any(name in model.lower() for name in MODELS)
