"""Passages that say the same as a better one go behind the others: never lost, never in the way."""

from __future__ import annotations

from dataclasses import replace

from documents.retrieval.found import Passage

# Passages alike are equally near to any question; those farther apart need not be compared.
NEARLY = 0.02
ALIKE = 0.85  # Jaccard similarity of their words


def behind(passages: list[Passage], count: int) -> list[Passage]:
    """In the order given, but whatever is like a passage before it comes last. Stops looking once
    `count` distinct ones are there."""
    distinct: list[tuple[Passage, frozenset[str]]] = []
    alike: list[Passage] = []
    for place, passage in enumerate(passages):
        if len(distinct) == count:
            return [one for one, _ in distinct] + alike + passages[place:]
        words = frozenset(passage.content.casefold().split())
        first = next((one for one, said in distinct if _is_like(passage, words, one, said)), None)
        if first:
            alike.append(replace(passage, like=first.chunk_id))
        else:
            distinct.append((passage, words))
    return [one for one, _ in distinct] + alike


def _is_like(
    passage: Passage, words: frozenset[str], other: Passage, others: frozenset[str]
) -> bool:
    if abs((passage.similarity or 0.0) - (other.similarity or 0.0)) > NEARLY:
        return False
    both = len(words & others)
    return both >= ALIKE * (len(words) + len(others) - both)
