"""What a question asks for: its terms with their weights, and what it has in quotation marks."""

from __future__ import annotations

from dataclasses import dataclass

from language.terms import query_words

MAX_TERMS = 40


@dataclass(frozen=True)
class Query:
    weights: dict[str, float]  # index term → weight
    phrases: tuple[str, ...] = ()


def parse(text: str) -> Query:
    weights: dict[str, float] = {}
    for forms in query_words(text):
        for form in forms:
            weights.setdefault(form, 1.0)
    return Query(dict(list(weights.items())[:MAX_TERMS]))
