"""A stretch of a document's text as a page shows it: words as they stand, tables as tables, with a
passage marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from language.tables import is_row, is_rule

BAR = re.compile(r"(?<!\\)\|")

Span = tuple[int, int]


@dataclass
class Run:
    """Some words, all of them the passage's or none."""

    text: str
    is_passage: bool = False
    is_first: bool = False  # of the passage's


@dataclass(frozen=True)
class Block:
    """Words, or a table, each cell of which is some words."""

    words: list[Run] = field(default_factory=list)
    head: list[list[Run]] = field(default_factory=list)
    rows: list[list[list[Run]]] = field(default_factory=list)

    @property
    def is_table(self) -> bool:
        return bool(self.head or self.rows)

    def runs(self) -> Iterator[Run]:
        yield from self.words
        for row in (self.head, *self.rows):
            for cell in row:
                yield from cell


def blocks_of(text: str, passage: Span = (0, 0)) -> list[Block]:
    blocks = []
    for is_table, lines in groupby(_lines(text), lambda line: is_row(text[slice(*line)])):
        if is_table:
            blocks.append(_table(text, list(lines), passage))
        else:
            spans = list(lines)
            blocks.append(Block(words=_runs(text, (spans[0][0], spans[-1][1]), passage)))
    marked = (run for block in blocks for run in block.runs() if run.is_passage)
    if first := next(marked, None):
        first.is_first = True
    return blocks


def _lines(text: str) -> Iterator[Span]:
    """Each with its newline."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield start, end
        start = end


def _table(text: str, lines: list[Span], passage: Span) -> Block:
    has_head = len(lines) > 1 and is_rule(text[slice(*lines[1])])
    rows = [
        [_runs(text, cell, passage, in_cell=True) for cell in _cells(text, line)]
        for line in lines
        if not is_rule(text[slice(*line)])
    ]
    return Block(head=rows[0], rows=rows[1:]) if has_head else Block(rows=rows)


def _cells(text: str, line: Span) -> Iterator[Span]:
    """Where the words between two bars stand; behind the last bar only if there are any."""
    bars = [bar.start() for bar in BAR.finditer(text, *line)]
    for left, right in pairwise([*bars, line[1]]):
        words = text[left + 1 : right]
        start = left + 1 + len(words) - len(words.lstrip())
        if right != line[1] or words.strip():
            yield start, max(start, start + len(words.strip()))


def _runs(text: str, within: Span, passage: Span, *, in_cell: bool = False) -> list[Run]:
    start, end = within
    first, last = max(start, passage[0]), min(end, passage[1])
    if first >= last:
        first = last = end
    parts = [(text[start:first], False), (text[first:last], True), (text[last:end], False)]
    if in_cell:
        parts = [(words.replace("\\|", "|"), is_passage) for words, is_passage in parts]
    return [Run(words, is_passage) for words, is_passage in parts if words]
