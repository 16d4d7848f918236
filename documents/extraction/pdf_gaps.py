"""Where the words of a line stand wide apart: rows of tables, columns set line by line.

To look at each word of each page would take as long as all the rest, so first it is told which
lines may have gaps: those that are wide for their number of letters, and those that are drawn in
several strings with room between them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from documents.extraction.pdf_glyphs import Box, Glyphs
from documents.extraction.pdf_shapes import Line

# A bullet or number belongs to the words after it, however far they stand off.
MARK = re.compile(r"[^\w\s]$|[\w.]{1,6}[.)]$|\(\w{1,4}\)$")
# All in type sizes.
GAP = 1.0
SURE_GAP = 2.0
WORD_SPACE = 0.5
LOOSE = 1.2  # times the usual width of a letter
USUAL_WIDTH = 0.5
MOST_SPACES = 100
ENOUGH = 20  # letters, to tell how wide they usually are


class Gap(NamedTuple):
    start: float
    end: float
    y: float

    def is_in(self, line: Line) -> bool:
        return line.bottom < self.y < line.top and line.left < self.start < line.right


def wide_rows(glyphs: Glyphs, lines: list[Line]) -> set[int]:
    widths = [(line.right - line.left) / (line.size * len(line.text) or 1) for line in lines]
    usual = sorted(w for w, line in zip(widths, lines, strict=True) if len(line.text) > ENOUGH)
    most = LOOSE * (usual[len(usual) // 2] if usual else USUAL_WIDTH)
    wide = {line.row for width, line in zip(widths, lines, strict=True) if width > most}
    for gap in _gaps_between_strings(glyphs.strings, len(lines)):
        wide.update(line.row for line in lines if gap.is_in(line))
    return wide


def _gaps_between_strings(boxes: list[Box], lines: int) -> list[Gap]:
    if len(boxes) <= lines:
        return []
    gaps: list[Gap] = []
    for one, other in pairwise(boxes):
        room = other.left - one.right
        height = max(one.top - one.bottom, other.top - other.bottom)
        if height * GAP < room and abs(one.bottom - other.bottom) < height / 2:
            gaps.append(Gap(one.right, other.left, (other.bottom + other.top) / 2))
    return gaps


def pieces(
    words: list[re.Match[str]], glyphs: Glyphs, line: Line, rules: list[float]
) -> Iterator[tuple[int, int]]:
    """From where to where the words stand between gaps and rules."""
    spans = [(glyphs.span(w.start())[0], glyphs.span(w.end() - 1)[1]) for w in words]
    least = min(((b[0] - a[1]) / line.size for a, b in pairwise(spans)), default=0)
    is_wide = least > WORD_SPACE and not any(character.isdigit() for character in line.text)
    first = words[0]
    for (word, span), (after, next_span) in pairwise(zip(words, spans, strict=True)):
        gap = (next_span[0] - span[1]) / line.size
        is_ruled = any(span[0] < rule < next_span[1] for rule in rules) and any(
            span[1] - 2 < rule < next_span[0] + 2 for rule in rules
        )
        if not is_ruled and (gap < (SURE_GAP if is_wide else GAP) or _is_mark(first, word)):
            continue
        yield first.start(), word.end()
        first = after
    yield first.start(), words[-1].end()


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


def _is_mark(first: re.Match[str], word: re.Match[str]) -> bool:
    return word is first and MARK.match(word[0]) is not None
