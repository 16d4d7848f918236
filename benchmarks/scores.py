"""How well a ranking answers a question: nDCG, recall, and whether the answer was handed over."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmarks.judged import Gold, Question
from documents.retrieval import Passage

Spans = Mapping[Gold, tuple[int, int]]
AT = 10


def ndcg(ranking: Sequence[Gold | None], question: Question) -> float:
    """Of the first ten; what is found twice counts once."""
    seen: set[Gold] = set()
    gained = 0.0
    for place, gold in enumerate(ranking[:AT]):
        if gold and gold not in seen:
            gained += gold.grade / math.log2(place + 2)
            seen.add(gold)
    best = sorted((gold.grade for gold in question.gold), reverse=True)[:AT]
    return gained / sum(grade / math.log2(place + 2) for place, grade in enumerate(best))


def recall(ranking: Sequence[Gold | None], question: Question) -> float:
    return len(set(ranking[:AT]) - {None}) / min(AT, len(question.gold))


def ranked(found: Sequence[Passage], question: Question, spans: Spans) -> list[Gold | None]:
    """What each result is worth. Documents count where they are found first, paragraphs where a
    chunk holds half of them or is half of them."""
    if spans:
        return [_paragraph(passage, question, spans) for passage in found]
    documents = dict.fromkeys(passage.document_name for passage in found)
    golds = {gold.document: gold for gold in question.gold}
    return [golds.get(name) for name in documents]


def _paragraph(passage: Passage, question: Question, spans: Spans) -> Gold | None:
    for gold in question.gold:
        if gold.document == passage.document_name and _is_half(passage, *spans[gold]):
            return gold
    return None


def _is_half(passage: Passage, start: int, end: int) -> bool:
    shared = min(end, passage.end_char) - max(start, passage.start_char)
    return 2 * shared >= min(end - start, passage.end_char - passage.start_char)


def is_answered(found: Sequence[Passage], question: Question, spans: Spans) -> bool:
    """Whether one of the passages holds the gold answer in its own paragraph."""
    return any(
        _holds(passage, question, gold, spans) for passage in found for gold in question.gold
    )


def _holds(passage: Passage, question: Question, gold: Gold, spans: Spans) -> bool:
    if gold.document != passage.document_name:
        return False
    start, end = spans[gold]
    first = max(0, start - passage.start_char)
    shared = passage.content[first : max(0, end - passage.start_char)]
    return any(answer in shared for answer in question.answers)
