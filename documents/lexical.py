"""How much each index term says about a passage (BM25), as a sparse vector.

The value of a term is its saturated frequency, tf·(k1+1) / (tf + k1·(1 − b + b·tokens/typical)); a
query's is its rarity among the owner's passages, which the database knows. Their inner product is
BM25 (Robertson & Zaragoza 2009), which pgvector computes in C, 0.3 µs a passage.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pgvector import SparseVector

TERMS = 999_999_937  # numbers of terms, from 1: a prime below what pgvector's dimensions allow
K1 = 1.2
B = 0.75
# Passages are cut to like numbers of tokens in every script, so the mean need not be kept current.
TYPICAL_TOKENS = 220
# A row must fit into its page beside the vector.
MOST_TERMS = 780


@lru_cache(maxsize=50_000)
def number_of(term: str) -> int:
    """1 to TERMS. Two words of one library share a number once in 20,000 libraries' queries."""
    return zlib.crc32(term.encode()) % TERMS + 1


def weighed(terms: Iterable[str], tokens: int) -> SparseVector:
    """The vector of a passage with these index terms and so many of the embedder's tokens."""
    counts = Counter(map(number_of, terms)).most_common(MOST_TERMS)
    length = K1 * (1 - B + B * tokens / TYPICAL_TOKENS)
    weights = {number - 1: count * (K1 + 1) / (count + length) for number, count in counts}
    return SparseVector(weights, TERMS)


def asked(weights: Mapping[str, float]) -> tuple[list[int], list[float]]:
    """Numbers and weights of a query's terms, each number once."""
    by_number: dict[int, float] = {}
    for term, weight in weights.items():
        number = number_of(term)
        by_number[number] = by_number.get(number, 0.0) + weight
    return list(by_number), list(by_number.values())
