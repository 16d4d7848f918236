"""The index terms of a passage: the forms of its words, and its numbers and identifiers."""

from language.forms import LONG, function_words, terms
from language.identifiers import identifiers, parts_of_names

FOREIGN = 20  # one word in so many is a function word of another language than English


def passage_terms(text: str) -> list[str]:
    """As often as they occur, in any order."""
    english, others, words = function_words(text)
    is_other = others > english and others * FOREIGN >= words
    found = terms(text, LONG if is_other else 0)
    return [*found, *identifiers(text), *parts_of_names(text)]
