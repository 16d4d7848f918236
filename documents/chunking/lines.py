"""Which lines of a paragraph belong together: list items, rows of tables, lines of code, prose.

Knows fences, indented lines and tables with or without bars at their edges (GFM 0.29, 4.10).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, pairwise

Span = tuple[int, int]
LOOKED_AT = 96  # characters of a line, which may be megabytes long
LONGEST_LEAD = 1_000  # characters

FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s")
INDENTED = re.compile(r" {4}|\t")
EDGE = re.compile(r"\s*\|")
RULE = re.compile(r"(?=[^|]*\|)(?=[^-]*-)[|:\- \t]+")


class Kind(Enum):
    PROSE = "prose"
    ROW = "row"
    CODE = "code"


@dataclass(slots=True)
class Unit:
    """Lines that stay together. `lead` is what a reader of a later row or line would miss: the
    header of the table, the fence that names the language."""

    start: int
    end: int
    kind: Kind
    lead: str = ""


def lines(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield start, line_end
        start = line_end + 1


def fence_after(fence: str, line: str) -> str:
    """The marks of the fence that is open after this line; empty outside of one."""
    match = FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return match[1]
    return "" if match[1].startswith(fence) else fence


def units(text: str, start: int, end: int, *, singly: bool = False) -> Iterator[Unit]:
    """In order. A header stays with its first row and a fence with the line inside it, unless
    each line is wanted singly; the rule under a header belongs to it in any case."""
    reader, unit = _Reader(text), None
    for line, following in pairwise(chain(lines(text, start, end), [(end, end)])):
        if not text[slice(*line)].strip():
            continue
        found, joins = reader.read(line, following)
        if unit and joins and (not singly or RULE.fullmatch(text, *line)):
            unit.end = found.end
            continue
        if unit:
            yield unit
        unit = found
    if unit:
        yield unit


class _Reader:
    """Goes down the lines of one paragraph; tells of each what it is and whether it joins the
    one before."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fence = self.lead = ""
        self.in_table = self.in_words = False
        self.together = 0  # lines to come that belong to the one just read

    def read(self, line: Span, following: Span) -> tuple[Unit, bool]:
        joins, self.together = self.together > 0, max(0, self.together - 1)
        was_words, self.in_words = self.in_words, False
        seen = self._seen(line)
        was_open, self.fence = self.fence, fence_after(self.fence, seen)
        if was_open or self.fence:
            return self._code(line, joins, opens="" if was_open else seen.strip())
        if not self.in_table and self._is_header(line, following):
            return self._header(line, following)
        self.in_table = self.in_table and self.text.find("|", *line) >= 0
        if self.in_table or EDGE.match(seen):
            return Unit(*line, Kind.ROW, self.lead if self.in_table else ""), joins
        self.in_words = True
        return self._words(line, seen, goes_on=was_words)

    def _code(self, line: Span, joins: bool, *, opens: str) -> tuple[Unit, bool]:
        self.in_table = False
        if opens:
            self.lead = "" if opens == self.fence else opens
            self.together = 1
            return Unit(*line, Kind.CODE), False
        closes = not self.fence
        return Unit(*line, Kind.CODE, self.lead), joins or closes

    def _is_header(self, line: Span, following: Span) -> bool:
        has_cells = self.text.find("|", *line) >= 0
        return has_cells and RULE.fullmatch(self._seen(following)) is not None

    def _header(self, line: Span, following: Span) -> tuple[Unit, bool]:
        lead = self.text[line[0] : following[1]]
        self.in_table, self.together = True, 2
        self.lead = lead if len(lead) <= LONGEST_LEAD else ""
        return Unit(*line, Kind.ROW), False

    def _words(self, line: Span, seen: str, *, goes_on: bool) -> tuple[Unit, bool]:
        """Wrapped lines go on; an item or an indented line is one of its own."""
        indented = bool(INDENTED.match(seen))
        joins = goes_on and not indented and not ITEM.match(seen)
        return Unit(*line, Kind.CODE if indented else Kind.PROSE), joins

    def _seen(self, line: Span) -> str:
        start, end = line
        return self.text[start : min(end, start + LOOKED_AT)]
