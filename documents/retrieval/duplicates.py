"""Passages that say nearly the same as a better one go behind the others: never lost, never in
the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from documents.retrieval.found import Passage

# Passages alike are equally near to any question and have the same words of it; others need not
# be compared, nor those that share none of three snippets. A pair missed does no harm.
NEARLY = 0.01
SNIPPET = 20  # characters
ALIKE = 0.9  # Jaccard similarity of their pairs of neighbouring words
AROUND = "()[]{}.,;:!?\"'“”‘’«»*_`|"
# They turn the sense of a passage around. Other scripts need none: see Said.telling.
NEGATIONS = frozenset(
    """not no never none neither nor without cannot nicht kein keine keinen keiner nie ohne ne pas
    jamais aucun aucune sans non nunca ningún ninguna sin mai nessun nessuna senza não nenhum
    nenhuma sem niet geen nooit zonder inte ingen utan ikke aldrig ingen uden nie bez не нет ни
    никогда без ні δεν μην χωρίς""".split()  # noqa: SIM905 – a list of words reads as one
)


def behind(passages: list[Passage], count: int) -> list[Passage]:
    """In the order given, but whatever is like a passage before it comes last. Stops looking once
    `count` distinct ones are there."""
    distinct: list[Said] = []
    alike: list[Passage] = []
    for place, passage in enumerate(passages):
        if len(distinct) == count:
            return [one.passage for one in distinct] + alike + passages[place:]
        said = Said(passage)
        if first := next((one for one in distinct if said.is_like(one)), None):
            alike.append(replace(passage, like=first.passage.chunk_id))
        else:
            distinct.append(said)
    return [one.passage for one in distinct] + alike


@dataclass
class Said:
    """What a passage says, each view of it made when it is first needed."""

    passage: Passage

    def is_like(self, other: Said) -> bool:
        """The same but for white space, or a wording of it that tells nothing else."""
        if not self._may_be_like(other):
            return False
        if "".join(self.words) == "".join(other.words):
            return True
        both = len(self.pairs & other.pairs)
        enough = both >= ALIKE * (len(self.pairs) + len(other.pairs) - both)
        return enough and self.telling == other.telling

    def _may_be_like(self, other: Said) -> bool:
        mine, others = self.passage, other.passage
        if abs((mine.similarity or 0.0) - (others.similarity or 0.0)) > NEARLY:
            return False
        if not _close(mine.lexical or 0.0, others.lexical or 0.0):
            return False
        text = others.content
        return _close(len(mine.content), len(text)) and any(part in text for part in self.snippets)

    @cached_property
    def snippets(self) -> list[str]:
        text = self.passage.content
        return [text[len(text) * n // 4 :][:SNIPPET] for n in (1, 2, 3)]

    @cached_property
    def words(self) -> list[str]:
        return self.passage.content.casefold().split()

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.words))

    @cached_property
    def telling(self) -> str:
        """The words of which none may differ: with a digit or a capital, codes, negations, and
        every word of a script without capitals, where nothing tells a name from other words.
        White space between them does not matter; not every script has it."""
        words = (word.strip(AROUND) for word in self.passage.content.split())
        return "".join(word.casefold() for word in words if _tells(word))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 0.2 * max(one, other)


def _tells(word: str) -> bool:
    if not word.islower() or not word.isalpha():
        return True
    return word in NEGATIONS
