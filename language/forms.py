"""The forms by which a word is found, each with the weight that a question gives it.

A Latin word is found by itself and its English stem, in other languages also by the four-letter
pieces of long words, where compounds and endings meet (Fahrzeugversicherung). Words of
other alphabets are found by themselves, the stem of their script's commonest language and their
pieces; scripts without spaces by n-grams. How much each counts was measured: docs/rag.md, “Words”.
"""

import threading
from collections.abc import Iterator
from functools import lru_cache
from math import sqrt

import Stemmer

from language.folding import fold
from language.terms import (
    CONTRACTION,
    LONGEST,
    LONGEST_CODE,
    PARTS,
    RUN,
    STOP_WORDS,
    grams,
    hexadecimal,
    led_by_letter,
    word_forms,
)

Form = tuple[str, float]
Forms = tuple[Form, ...]

EXACT, STEM = 0.2, 0.8
PIECES = 0.5  # of all pieces of a word, times the root of their number
OF_A_RUN = 0.4  # a trigram, where words are not told apart
PAIR, SIGN = 0.6, 0.2  # Chinese, Japanese, Korean
CODE, JOINED = 2.0, 0.5  # kite0007; file names and paths
PIECE = 4
LONG = 7  # letters of words whose pieces are indexed
_COMMON = 30  # longer pieces between spaces are not worth remembering
_WHOLE = 14  # letters of other scripts that fit into a term
_STEMMERS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u04ff", "russian"),
    ("\u0530", "\u058f", "armenian"),
    ("\u0600", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
    ("\u0b80", "\u0bff", "tamil"),
)
_SHORT_I = ("аи", "еи", "ии", "ои", "уи", "ыи", "яи")  # й has lost its breve, endings need it
FUNCTION_WORDS = frozenset(
    """der die das und ist nicht ein eine einer den dem des mit von zu im auf sich auch als wird bei
    wie het een van niet dat te zijn voor met le la les et est une dans que qui pour par sur du au
    el los las por con del se es una il di che non per gli della sono os da em uma com och att som
    av inte det till og er ikke ja ei oli sekä az hogy nem egy z na nie jest w je v ve bir bu ile
    si pe sa care cu""".split()  # noqa: SIM905 – eight lines shorter
).difference(STOP_WORDS)

_stemmers = threading.local()  # a Stemmer is not safe to share between threads


def forms(text: str, pieces_from: int = 0) -> Iterator[Forms]:
    """Of every word in order; with the pieces of Latin words of so many letters, 0 for none."""
    for raw in text.split():
        if len(raw) <= _COMMON:
            yield from _known(raw, pieces_from)
        else:
            yield from _split(raw, pieces_from)


def terms(text: str, pieces_from: int = 0) -> Iterator[str]:
    """The same without weights, quickly, for passages."""
    for raw in text.split():
        if len(raw) <= _COMMON:
            yield from _known_terms(raw, pieces_from)
        else:
            yield from (term for word in _split(raw, pieces_from) for term, _ in word)


def function_words(text: str) -> tuple[int, int, int]:
    """Of English, of other languages in Latin letters, and all words."""
    words = text.lower().split()
    english = sum(map(STOP_WORDS.__contains__, words))
    return english, sum(map(FUNCTION_WORDS.__contains__, words)), len(words)


@lru_cache(maxsize=20_000)
def _known(raw: str, pieces_from: int) -> tuple[Forms, ...]:
    """Most words have been seen before; folding one alone gives what it gives in its text."""
    return tuple(_split(raw, pieces_from))


@lru_cache(maxsize=20_000)
def _known_terms(raw: str, pieces_from: int) -> tuple[str, ...]:
    return tuple(term for word in _split(raw, pieces_from) for term, _ in word)


def _split(raw: str, pieces_from: int) -> Iterator[Forms]:
    for piece in CONTRACTION.sub("", fold(raw)).split():
        for match in RUN.finditer(piece):
            kind, run = match.lastgroup, match[0]
            if kind == "word":
                yield _latin(run[:LONGEST], pieces_from)
            elif kind == "code":
                yield from _code(run, pieces_from)
            elif kind == "spaced":
                yield _spaced(run)
            elif kind == "syllables":
                yield from _signs(run)
            else:
                yield from (((gram, OF_A_RUN),) for (gram,) in grams(run, 3))


def _latin(word: str, pieces_from: int) -> Forms:
    whole = word_forms(word)
    found = ((word, EXACT), (whole[1], STEM)) if len(whole) > 1 else ((whole[0], 1.0),)
    if not pieces_from or len(word) < pieces_from or not word.isalpha():
        return found
    return found + _weighed([f"zq{word[at : at + PIECE]}" for at in range(len(word) - PIECE + 1)])


def _weighed(pieces: list[str]) -> Forms:
    """Together they gain with the root of their number: no long word outvotes all others."""
    return tuple((piece, PIECES / sqrt(len(pieces))) for piece in pieces)


def _code(run: str, pieces_from: int) -> Iterator[Forms]:
    parts = PARTS.findall(run)
    yield from (_latin(part[:LONGEST], pieces_from) for part in parts)
    joined = "".join(parts)
    if len(parts) <= LONGEST_CODE and len(joined) < LONGEST and not joined.isdigit():
        weight = JOINED if joined.isalpha() else CODE
        yield ((led_by_letter(joined) if joined[0].isdigit() else joined, weight),)


def _spaced(run: str) -> Forms:
    stem, pieces = stem_of(run), [gram for (gram,) in grams(run, PIECE)]
    exact, whole = (EXACT, STEM) if stem != run else (1.0, 0.0)
    found = [(_whole(run), exact / 2), (_whole(stem), whole / 2)][: 2 if whole else 1]
    return (*found, *_weighed(pieces))


def _whole(run: str) -> str:
    return ("zu" + "".join(map(hexadecimal, run[:_WHOLE])))[:LONGEST]


def stem_of(run: str) -> str:
    for first, last, language in _STEMMERS:
        if first <= run[0] <= last:
            if language == "russian" and run.endswith(_SHORT_I):
                run = run[:-1] + "й"
            return _stemmer(language).stemWord(run[:LONGEST]) or run
    return run


def _stemmer(language: str) -> Stemmer.Stemmer:
    found: Stemmer.Stemmer | None = getattr(_stemmers, language, None)
    if found is None:
        found = Stemmer.Stemmer(language)
        setattr(_stemmers, language, found)
    return found


def _signs(run: str) -> Iterator[Forms]:
    """Pairs, and single signs, which are words of their own in Chinese; kana are none."""
    if len(run) > 1:
        yield from (((gram, PAIR),) for (gram,) in grams(run, 2))
    weight = SIGN if len(run) > 1 else PAIR
    yield from (
        ((f"z{hexadecimal(sign)}", weight),) for sign in run if not "\u3040" <= sign <= "\u30ff"
    )
