"""Words that a follow-up question leaves unsaid, taken from the questions before it.

All of them would do harm: after “How many days of leave are there in Germany?” the question “And
in Thailand?” is not about Germany. Which words were replaced is told by the passages.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from language.folding import fold
from language.followups import EDGES, LAST_PRONOUNS, OPENERS, leant_on
from language.scripts import scripts_of
from language.terms import STOP_WORDS, index_terms, words

UNSPACED = frozenset(("Thai", "Lao", "Khmer", "Myanmar", "Han", "Kana"))
EMPTY = STOP_WORDS | OPENERS | LAST_PRONOUNS
LONGEST = 300  # characters of a question; who pastes a page does not lean on it
SHARED = 3  # characters of a run without spaces that make a word of it, of ideographs 2
FADES = 0.4  # what a question counts against the one after it


@dataclass(frozen=True)
class Text:
    folded: str
    terms: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Text":
        return cls(fold(text), frozenset(index_terms(text)))

    def has(self, piece: str) -> bool:
        """By word or stem; in scripts that have n-grams only, by most of them."""
        found = words(piece)
        return sum(not self.terms.isdisjoint(forms) for forms in found) * 2 > len(found)


def carried_over(question: str, earlier: Sequence[str], passages: Sequence[str]) -> str:
    """The question, then those words of the earlier ones that stand where its own words stand.

    earlier: oldest first. passages: those with the most of all these words; where none has words
    of both, every word is carried.
    """
    turns = [_content(question), *map(_content, leant_on(earlier))]
    said = Text.of(question)
    pieces = dict.fromkeys(piece for turn in turns[1:] for piece in turn)
    lacking = [piece for piece in pieces if not said.has(piece)]
    texts = _best([Text.of(passage) for passage in passages], turns)
    held = (_held(lacking, text) for text in texts)
    carried = next(filter(None, held), lacking)
    return " ".join([question.strip(), *carried])


def _content(question: str) -> list[str]:
    """Its words, those aside that say nothing by themselves."""
    found = (word.strip(EDGES) for word in question[:LONGEST].split())
    return [word for word in found if fold(word).strip() not in {"", *EMPTY}]


def _best(texts: Sequence[Text], turns: Sequence[Sequence[str]]) -> list[Text]:
    """The passages with the most of the question, then of those before it, the best first."""
    weights: dict[str, float] = {}
    for place, turn in enumerate(turns):
        rare = {term: _rarity(term, texts) for piece in turn for term in index_terms(piece)}
        whole = sum(rare.values())
        for term, rarity in rare.items():
            weights.setdefault(term, FADES**place * rarity / whole)
    own = {term for piece in turns[0] for term in index_terms(piece)}
    candidates = [text for text in texts if own & text.terms]
    return sorted(candidates, key=lambda text: -_weight(text, weights))


def _rarity(term: str, texts: Sequence[Text]) -> float:
    """Long words count more, as they do where a word is many n-grams: the short ones of languages
    whose stop words we do not know tell little."""
    count = sum(term in text.terms for text in texts)
    return len(term) * math.log(1 + (len(texts) - count + 0.5) / (count + 0.5))


def _weight(text: Text, weights: dict[str, float]) -> float:
    return sum(weight for term, weight in weights.items() if term in text.terms)


def _held(pieces: Sequence[str], text: Text) -> list[str]:
    """Those that the text has; of a run without spaces its longest parts."""
    found: list[str] = []
    for piece in pieces:
        if UNSPACED.intersection(scripts_of(piece)):
            found += _parts(fold(piece), text)
        elif text.has(piece):
            found.append(piece)
    return list(dict.fromkeys(found))


def _parts(run: str, text: Text) -> Iterator[str]:
    least = 2 if "Han" in scripts_of(run) else SHARED
    start = 0
    while start < len(run):
        end = start
        while end < len(run) and run[start : end + 1] in text.folded:
            end += 1
        if end - start >= least:
            yield run[start:end]
        start = max(end, start + 1)
