"""What a question asks for: its terms with their weights, and what it has in quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from language.folding import fold
from language.forms import JOINED, PIECE, Forms, forms, function_words
from language.identifiers import identifiers, parts_of_names
from language.terms import RUN, STOP_WORDS

IDENTIFIER = 4.0  # more than the parts that it is written with
MOST_TERMS = 200  # the heaviest
MOST_PHRASES = 5
SHORTEST_PHRASE = 2
LONGEST_NAME = 80  # characters
ONE_WORD = 6  # characters without spaces that are no longer one word
_DIGIT = re.compile(r"[0-9]")
_QUOTED = re.compile(
    r"“([^“”„]+)[”“]|„([^“”„]+)[“”]|«([^«»]+)»|»([^«»]+)«|‹([^‹›]+)›|「([^「」]+)」|『([^『』]+)』"
    r"|《([^《》]+)》|〈([^〈〉]+)〉|＂([^＂]+)＂"
    r'|(?<!\w)"([^"]+)"(?!\w)'  # not the inches of 5" by 7"
)

LONGEST = 10_000  # characters


@dataclass(frozen=True)
class Query:
    """Weights are to be multiplied with the terms' rarity. Passages that literally contain the
    phrases come first, but no result is empty for want of one. `is_name`: nothing but numbers and
    codes, and one word at most, which are looked for as they stand."""

    weights: dict[str, float]  # index term → weight
    phrases: tuple[str, ...] = ()
    is_name: bool = False


def parse(text: str) -> Query:
    """Of its beginning: who pastes a book asks for no more than some pages of it."""
    text = text[:LONGEST]
    return Query(_weights(text), _phrases(text), _is_name(text))


def _weights(text: str) -> dict[str, float]:
    """A word counts once, however often it is said and by how many forms it is found."""
    english, others, _ = function_words(text)
    words = list(forms(text, 0 if english > others else PIECE))
    weights: dict[str, float] = {}
    for term, weight in (form for word in _meant(words) for form in word):
        weights[term] = max(weight, weights.get(term, 0.0))
    for term in parts_of_names(text):
        weights.setdefault(term, JOINED)
    for term in identifiers(text):
        weights[term] = IDENTIFIER
    heaviest = sorted(weights, key=lambda term: -weights[term])[:MOST_TERMS]
    return {term: weights[term] for term in heaviest}


def _meant(words: list[Forms]) -> list[Forms]:
    """English stop words are left out unless nothing else is asked."""
    return [word for word in words if word[0][0] not in STOP_WORDS] or words


def _is_name(text: str) -> bool:
    """18700, KITE-0007, 640 บาท, Thalberg. A run without spaces is one word if it is short."""
    if len(text) > LONGEST_NAME:
        return False
    plain = 0
    for run in RUN.finditer(fold(text)):
        if run.lastgroup in ("syllables", "unspaced"):
            plain += 1 + len(run[0]) // ONE_WORD
        elif not _DIGIT.search(run[0]):
            plain += 1
    return plain <= 1


def _phrases(text: str) -> tuple[str, ...]:
    found = (next(filter(None, match.groups()), "") for match in _QUOTED.finditer(text))
    phrases = dict.fromkeys(" ".join(phrase.split()) for phrase in found)
    return tuple(p for p in phrases if len(p) >= SHORTEST_PHRASE)[:MOST_PHRASES]
