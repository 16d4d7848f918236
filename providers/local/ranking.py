"""Sentences of the passages as candidate answers, and how well each covers the question."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from language.identifiers import identifiers
from language.terms import index_terms, query_words, words
from providers.base import Passage
from providers.local.pieces import pieces

CODE_WEIGHT = 3.0  # a number or an identifier such as KITE-0007 says more than a word
HEADING_SHARE = 0.6  # of a word's weight when only the heading or the document's name has it
PASSAGE_SHARE = 0.3  # when only another sentence of the passage has it
SHORT_CODE = 2  # characters; so few are found anywhere
FEW = 20  # sentences; what one of fewer lacks is not rare for that
_MARK = re.compile(r"^(?:#{1,6}|[-*+•‣>])\s+")
# An n-gram of another script, which language.terms writes in hexadecimal.
_GRAM = re.compile(r"zw?(?:y[0-9a-f]{5}|[0-9a-f]{4}){1,3}")
# Quoted in an answer, a fence would turn all that follows into code.
_FENCE = re.compile(r"(?:`{3,}|~{3,})[\w+-]*\s*")

Words = tuple[str, ...]  # the index terms of one word of the question: the word and its stem


@dataclass(frozen=True)
class Candidate:
    number: int  # of the passage, as cited
    place: int  # of the passage in the order of retrieval
    text: str
    terms: frozenset[str]
    heading: frozenset[str]
    passage: frozenset[str]
    table: str = ""  # the header and the rule above a row
    in_words: str = ""  # a row read aloud, with the names of its columns

    @property
    def whole(self) -> str:
        return f"{self.table}\n{self.text}" if self.table else self.text

    @property
    def quote(self) -> str:
        """With its mark, in the last cell of a row."""
        if not self.table:
            return f"{self.text} [{self.number}]"
        return f"{self.text.rstrip().removesuffix('|').rstrip()} [{self.number}] |"


def quoted(chosen: Sequence[Candidate]) -> str:
    """Sentences as text, rows as a table; rows of the same table side by side share its header."""
    said = table = ""
    for one in chosen:
        if one.table and one.table == table:
            said += f"\n{one.quote}"
        elif one.table:
            said += f"\n\n{one.table}\n{one.quote}"
        else:
            said += ("\n\n" if table else " ") + one.quote
        table = one.table
    return said.strip()


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Every sentence once; of two passages that overlap, the one with the whole sentence."""
    found: list[Candidate] = []
    for place, passage in enumerate(passages):
        found += _of_passage(passage, place)
    longest_first = sorted(found, key=lambda candidate: (-len(candidate.whole), candidate.place))
    kept: list[Candidate] = []
    for candidate in longest_first:
        if not any(candidate.whole in other.whole for other in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda candidate: candidate.place)


def _of_passage(passage: Passage, place: int) -> list[Candidate]:
    """Headings and questions are not quoted: they say what the sentences after them are about."""
    whole = frozenset(_terms(passage.text))
    heading = name = frozenset(_terms(passage.document_name))
    quotable, topics = [], []
    for piece in pieces(passage.text):
        shown = _MARK.sub("", _FENCE.sub("", piece.text))
        terms = frozenset(_terms(piece.in_words or shown))
        candidate = Candidate(
            passage.number, place, shown, terms, heading, whole, piece.table, piece.in_words
        )
        if piece.is_topic:
            heading = name | terms
            topics.append(candidate)
        elif terms:
            quotable.append(candidate)
    return quotable or [topic for topic in topics if topic.terms]


class Question:
    """Weights of the question's words: rare ones count, identifiers most."""

    def __init__(self, question: str, found: Sequence[Candidate]) -> None:
        # Where a number can be read in two ways, the passages tell in which.
        written = sorted(set(identifiers(question)) & _anywhere(found))
        self.words = list(dict.fromkeys([*query_words(question), *((term,) for term in written)]))
        self.all_words = set(words(question))
        counts = Counter(
            word for candidate in found for word in self.words if has(candidate.terms, word)
        )
        self.weights = {word: _weight(word, counts[word], len(found)) for word in self.words}
        self.total = sum(self.weights.values()) or 1.0

    def covered(self, candidate: Candidate) -> set[Words]:
        return {word for word in self.words if has(candidate.terms, word)}

    def share(self, words: set[Words]) -> float:
        return sum(self.weights[word] for word in words) / self.total

    def score(self, candidate: Candidate) -> float:
        """Weighted share of the question's words, 0 to 1; those only near the sentence in part."""
        return (
            sum(weight * _nearness(candidate, word) for word, weight in self.weights.items())
            / self.total
        )

    def known(self, found: Sequence[Candidate]) -> float:
        """Share of the question's words, stop words too, in the passages: low across languages."""
        return sum(has(_anywhere(found), word) for word in self.all_words) / len(
            self.all_words or [1]
        )

    def is_said_by(self, candidate: Candidate) -> bool:
        """It names a number or code, and the sentence has that and every other word."""
        codes = any(_is_code(word) and len(word[0]) > SHORT_CODE for word in self.words)
        return codes and all(has(candidate.terms, word) for word in self.words)

    def lacks_its_codes(self, found: Sequence[Candidate]) -> bool:
        """The question names an identifier (KITE-0099) of which no passage has any number."""
        numbered = [word for word in self.words if _is_code(word)]
        named = any(not word[0].isdigit() for word in numbered)
        return named and not any(has(_anywhere(found), word) for word in numbered)


def _terms(text: str) -> Iterator[str]:
    """18 700 is 18,700 too."""
    return chain(index_terms(text), identifiers(text))


def has(terms: frozenset[str], word: Words) -> bool:
    return not terms.isdisjoint(word)


def _nearness(candidate: Candidate, word: Words) -> float:
    if has(candidate.terms, word):
        return 1.0
    if has(candidate.heading, word):
        return HEADING_SHARE
    return PASSAGE_SHARE if has(candidate.passage, word) else 0.0


def _weight(word: Words, count: int, total: int) -> float:
    rarity = math.log(1 + (max(total, FEW) - count + 0.5) / (count + 0.5))
    return rarity * (CODE_WEIGHT if _is_code(word) else 1.0)


def _is_code(word: Words) -> bool:
    return any(char.isdigit() for char in word[0]) and not _GRAM.fullmatch(word[0])


def _anywhere(found: Sequence[Candidate]) -> frozenset[str]:
    return frozenset().union(*(candidate.passage for candidate in found))
