"""Passages made up by the hundred thousand: words by Zipf's law, vectors in clusters.

Words come from texts when a folder of them is given, so that their frequencies are those of a
language; a third of a passage's are its topic's, a sixth its document's own, some occur nowhere
else. Vectors vary in 64 directions and hardly in the others, as those of models do.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from documents.lexical import K1, TERMS, TYPICAL_TOKENS, B, number_of
from language.terms import words

DIMENSION, INNER, TOPICS = 768, 64, 400
LENGTH = 130  # words of a passage
COMMON = 150  # so many words belong to no topic
MADE_UP = 60_000  # words beyond those of the texts

Array = np.ndarray[Any, Any]


@dataclass
class Passage:
    content: str
    tokens: int
    terms: Array  # from 0, ascending
    weights: Array
    vector: Array


class Maker:
    """Passages of documents; the same ones for the same seed."""

    def __init__(self, corpus: Path | None, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        fixed = np.random.default_rng(1)  # topics are the same in every run
        self.vocabulary = vocabulary(corpus)
        size = len(self.vocabulary)
        self.numbers = np.array([numbers_of(word) for word in self.vocabulary])
        self.zipf = np.cumsum(1 / np.arange(1, size + 1))
        self.zipf /= self.zipf[-1]
        self.steps = fixed.integers(COMMON, size, TOPICS)
        centres = fixed.standard_normal((TOPICS, DIMENSION)) / np.sqrt(DIMENSION)
        self.centres = centres.astype(np.float32)
        inner = fixed.standard_normal((INNER, DIMENSION)) / np.sqrt(DIMENSION * INNER)
        self.inner = inner.astype(np.float32)

    def documents(self, sizes: list[int]) -> list[Passage]:
        """The passages of some documents, one document after the other."""
        of = np.repeat(np.arange(len(sizes)), sizes)
        topics = self.chance.integers(TOPICS, size=len(sizes))
        chosen = self.words(topics[of], self.ranks((len(sizes), 20))[of])
        return self.passages(chosen, self.vectors(topics, of))

    def vectors(self, topics: Array, of: Array) -> Array:
        """Around a place of each document's own near its topic's."""
        inner = self.chance.standard_normal((len(of), INNER), np.float32)
        inner += self.chance.standard_normal((len(topics), INNER), np.float32)[of]
        outer = self.chance.standard_normal((len(of), DIMENSION), np.float32)
        made = self.centres[topics[of]] + 0.8 * inner @ self.inner
        made += 0.2 / np.sqrt(DIMENSION) * outer
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def words(self, topics: Array, own: Array) -> Array:
        """Ranks of words; those that occur nowhere else are negative."""
        size = len(self.vocabulary)
        kind = self.chance.random((len(topics), LENGTH))
        ranks = self.ranks((len(topics), LENGTH))
        of_topic = COMMON + (ranks + self.steps[topics][:, None]) % (size - COMMON)
        of_document = (np.take_along_axis(own, ranks % 20, 1) + COMMON) % size
        chosen = np.where(kind < 0.48, ranks, of_topic)
        chosen = np.where(kind > 0.83, of_document, chosen)
        return np.where(kind > 0.985, -self.chance.integers(1, 10**7, kind.shape), chosen)

    def ranks(self, shape: tuple[int, int]) -> Array:
        found = np.searchsorted(self.zipf, self.chance.random(shape, np.float32))
        return np.minimum(found, len(self.vocabulary) - 1)

    def passages(self, chosen: Array, vectors: Array) -> list[Passage]:
        rare = chosen < 0
        numbers = np.where(rare[..., None], 0, self.numbers[np.maximum(chosen, 0)])
        numbers[..., 0] = np.where(rare, TERMS + 1 + chosen, numbers[..., 0])
        keys = np.arange(len(chosen))[:, None, None] * 2**31 + numbers
        found, counts = np.unique(keys[numbers > 0], return_counts=True)
        tokens = int(LENGTH * 1.4)
        length = K1 * (1 - B + B * tokens / TYPICAL_TOKENS)
        weights = (counts * (K1 + 1) / (counts + length)).astype(np.float32)
        ends = np.searchsorted(found, np.arange(1, len(chosen)) * 2**31)
        terms = np.split(found % 2**31 - 1, ends)
        return [
            Passage(self.text(row), tokens, *of_row)
            for row, *of_row in zip(
                chosen.tolist(), terms, np.split(weights, ends), vectors, strict=True
            )
        ]

    def text(self, chosen: list[int]) -> str:
        return " ".join([self.vocabulary[n] if n >= 0 else f"kx{-n}" for n in chosen])


def vocabulary(corpus: Path | None) -> list[str]:
    """Words by frequency."""
    counts: Counter[str] = Counter()
    for path in sorted(corpus.iterdir()) if corpus else ():
        if path.suffix in {".md", ".txt"}:
            counts.update(re.findall(r"[a-z]{2,}", path.read_text(errors="replace").lower()))
    known = [word for word, _count in counts.most_common()]
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    size = len(syllables)
    made = (
        syllables[n % size] + syllables[n // size % size] + syllables[n // size**2 % size] + "x"
        for n in range(MADE_UP)
    )
    return known + [word for word in made if word not in counts]


def numbers_of(word: str) -> tuple[int, int]:
    """Of its one or two index terms; 0 for none."""
    first, *other = words(word)[0]
    return number_of(first), number_of(other[0]) if other else 0
