"""Terms for searching what was said: all words of a question have to be there, whatever their
endings, and long words of other languages than English also as a part of still longer ones."""

from collections.abc import Iterator

from language.folding import fold
from language.forms import LONG, PIECE, function_words, stem_of, terms
from language.terms import (
    CONTRACTION,
    LONGEST,
    RUN,
    STOP_WORDS,
    grams,
    index_terms,
    query_words,
    word_forms,
)

LONGER = 14  # letters; few words of English texts have so many
GRAM = 3


def said_terms(text: str) -> list[str]:
    """What a text is found by: its terms, and the pieces of its long words."""
    english, others, _ = function_words(text)
    pieces = (
        term for term in terms(text, LONGER if english > others else LONG) if term.startswith("zq")
    )
    return [*index_terms(text), *dict.fromkeys(pieces)]


def conditions(text: str) -> list[str]:
    """What has to be there, for `to_tsquery`; every one is terms with & and |."""
    found = dict.fromkeys(_conditions(text))
    return [one for is_empty, one in found if not is_empty] or [one for _, one in found]


def _conditions(text: str) -> Iterator[tuple[bool, str]]:
    """English stop words are marked: they are left out unless nothing else is asked."""
    for piece in CONTRACTION.sub("", fold(text)).split():
        for match in RUN.finditer(piece):
            kind, run = match.lastgroup, match[0]
            if kind == "word":
                yield run in STOP_WORDS, _word(run[:LONGEST])
            elif kind == "spaced":
                yield False, _spaced(run)
            else:
                yield from ((False, forms[-1]) for forms in query_words(run))


def _word(word: str) -> str:
    """By its stem, which every text has beside the word, or within a longer one."""
    stem = word_forms(word)[-1]
    if len(word) < PIECE or not word.isalpha():
        return stem
    pieces = [f"zq{word[at : at + PIECE]}" for at in range(len(word) - PIECE + 1)]
    return f"{stem} | {' & '.join(pieces)}"


def _spaced(run: str) -> str:
    """Without article, prefixes and endings: “سفر” is in “للسفر”, “возмещен” in “возмещения”."""
    stem = stem_of(run)
    within = stem if len(stem) >= GRAM and stem in run else run
    if len(within) < GRAM:
        return index_terms(within)[0]
    return " & ".join(term for (term,) in grams(within, GRAM))
