"""Where the words of a line stand wide apart: rows of tables, columns set line by line.

To look at each word of each page would take as long as all the rest, so first it is told which
lines may have gaps: those that are wide for their number of letters, and those that are drawn in
several strings with room between them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from documents.extraction.pdf.glyphs import Box, Glyphs
from documents.extraction.pdf.shapes import Line

# A bullet or number belongs to the words after it, however far they stand off.
MARK = re.compile(r"[^\w\s]$|[\w.]{1,6}[.)]$|\(\w{1,4}\)$")
# All in type sizes.
GAP = 1.0
SURE_GAP = 2.0
WORD_SPACE = 0.5
LOOSE = 1.2  # times the usual width of a letter
USUAL_WIDTH = 0.5
MOST_SPACES = 100
OVER_RULE = 2.0  # points by which letters may reach over a rule
ENOUGH = 20  # letters, to tell how wide they usually are


Gap = tuple[float, float]  # at what height, and from where


class Piece(NamedTuple):
    """Words of a line: where they are in the text of the page, and where on the page."""

    start: int
    end: int
    left: float
    right: float


def wide_rows(glyphs: Glyphs, lines: list[Line]) -> set[int]:
    widths = [(line.right - line.left) / (line.size * len(line.text) or 1) for line in lines]
    usual = sorted(w for w, line in zip(widths, lines, strict=True) if len(line.text) > ENOUGH)
    # Not the middle one: on a page of tables many lines are wide.
    most = LOOSE * (usual[len(usual) // 4] if usual else USUAL_WIDTH)
    wide = {line.row for width, line in zip(widths, lines, strict=True) if width > most}
    gaps = sorted(_gaps_between_strings(glyphs.strings, len(lines)))
    for line in lines if gaps else []:
        first = bisect_right(gaps, (line.bottom,))
        if any(line.left < x < line.right for _, x in _up_to(line.top, gaps, first)):
            wide.add(line.row)
    return wide


def _up_to(top: float, gaps: list[Gap], first: int) -> list[Gap]:
    return gaps[first : bisect_right(gaps, (top,), first)]


def _gaps_between_strings(boxes: list[Box], lines: int) -> Iterator[Gap]:
    if len(boxes) <= lines:
        return
    for one, other in pairwise(boxes):
        room = other.left - one.right
        height = max(one.top - one.bottom, other.top - other.bottom)
        if height * GAP < room and abs(one.bottom - other.bottom) < height / 2:
            yield (other.bottom + other.top) / 2, one.right


def pieces(
    words: list[re.Match[str]], glyphs: Glyphs, line: Line, rules: list[float]
) -> Iterator[Piece]:
    """What stands between gaps and rules."""
    spans = [(glyphs.span(w.start())[0], glyphs.span(w.end() - 1)[1]) for w in words]
    gaps = [(b[0] - a[1]) / line.size for a, b in pairwise(spans)]
    is_wide = min(gaps, default=0) > WORD_SPACE and not re.search(r"\d", line.text)
    least = SURE_GAP if is_wide else GAP
    first = 0
    for number, gap in enumerate(gaps):
        if gap < least and not (rules and _is_ruled(rules, spans[number], spans[number + 1])):
            continue
        if number > first or not MARK.match(words[number][0]):
            yield _piece(words, spans, first, number)
            first = number + 1
    yield _piece(words, spans, first, len(words) - 1)


def _piece(
    words: list[re.Match[str]], spans: list[tuple[float, float]], first: int, last: int
) -> Piece:
    lefts, rights = zip(*spans[first : last + 1], strict=True)
    return Piece(words[first].start(), words[last].end(), min(lefts), max(rights))


def _is_ruled(rules: list[float], word: tuple[float, float], after: tuple[float, float]) -> bool:
    return any(word[1] - OVER_RULE < rule < after[0] + OVER_RULE for rule in rules)


def spaced(words: list[re.Match[str]], glyphs: Glyphs, line: Line) -> str:
    """A line of code with as many spaces between its words as there is room for."""
    left, right = glyphs.span(words[0].start())
    width = max(right - left, line.size / 4)
    text = ""
    for word in words:
        column = round((glyphs.span(word.start())[0] - line.left) / width)
        text += (
            " " * min(column - len(text), MOST_SPACES) if column > len(text) else " " * bool(text)
        )
        text += word[0]
    return text
