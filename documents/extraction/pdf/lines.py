"""The lines of a page as PDFium finds them, with the places, sizes and looks they are set in."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2 as pdfium

from documents.extraction.cleaning import clean
from documents.extraction.pdf.gaps import Piece, pieces, spaced, wide_rows
from documents.extraction.pdf.glyphs import ASLANT, MONO, Glyphs, Setting, turned
from documents.extraction.pdf.grids import Grid, grids
from documents.extraction.pdf.notes import mark_notes
from documents.extraction.pdf.raised import with_raised
from documents.extraction.pdf.rules import rules_of
from documents.extraction.pdf.scripts import mended
from documents.extraction.pdf.shapes import BELOW, DIVIDED, Line

# PDFium takes the line break after a hyphen away and leaves one of these for both.
HYPHENS = "\ufffe\x02"
DIVISIONS = tuple(HYPHENS)
LINE = re.compile(f"[^\r\n{HYPHENS}]+[{HYPHENS}]?")
SOFT_AT_END = re.compile("\xad(?=[ \t]*(?:\r|\n|$))")
WORD = re.compile(r"\S+")
NOTE_MARK = "[^"
MOST_LINES = 3_000  # on a page that is looked at closely


class Extent(NamedTuple):
    """Where a line stands in the text of the page, and how its middle is set."""

    start: int
    end: int
    middle: int
    setting: Setting


class Sheet(NamedTuple):
    """A page as PDFium reads it. `asides` run another way than the page: stamps, watermarks."""

    lines: list[Line]
    asides: list[str]
    grids: list[Grid]


def read_sheet(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> Sheet:
    text = textpage.get_text_range()
    if "\xad" in text:
        # On a page every hyphen is drawn; a "soft" one inside a line is a font's name for it.
        text = SOFT_AT_END.sub(DIVIDED, text).replace("\xad", "-")
    glyphs = Glyphs(textpage, text)
    extents = list(_extents(glyphs))
    turns = Counter(extent.setting.turn for extent in extents)
    glyphs.turn = max(turns, key=lambda turn: (turn != ASLANT, turns[turn]), default=0) % ASLANT
    asides = [clean(text[e.start : e.end]) for e in extents if e.setting.turn != glyphs.turn]
    if asides:
        extents = [extent for extent in extents if extent.setting.turn == glyphs.turn]
    lines = [_line(glyphs, extent, row) for row, extent in enumerate(extents)]
    lines = mark_notes(lines, [extent.start for extent in extents], glyphs)
    tables = grids(rules_of(page, len(glyphs.strings), glyphs.turn))
    if len(lines) <= MOST_LINES:
        lines = with_raised(_with_gaps(glyphs, lines, extents, tables))
    return Sheet(lines, asides, tables)


def _extents(glyphs: Glyphs) -> Iterator[Extent]:
    for match in LINE.finditer(glyphs.text):
        words = match[0].rstrip(HYPHENS + " \t\xa0")
        start = match.start() + len(words) - len(words.lstrip())
        if words.lstrip():
            yield _extent(glyphs, start, match.start() + len(words))


def _extent(glyphs: Glyphs, start: int, end: int) -> Extent:
    middle = (start + end) // 2
    while glyphs.text[middle].isspace():
        middle += 1
    return Extent(start, end, middle, glyphs.setting(middle))


def _line(glyphs: Glyphs, extent: Extent, row: int) -> Line:
    start, end, middle, setting = extent
    first, last = glyphs.span(start), glyphs.span(end - 1)
    look = glyphs.look(middle)
    if look:
        look &= glyphs.look(start) & glyphs.look(end - 1)
    size = setting.size or 1.0
    bottom = turned(glyphs.turn, setting.x, setting.y)[1] - size * BELOW
    left, right = min(first[0], last[0]), max(first[1], last[1])
    words = _words(glyphs, start, end)
    return Line(words, left, right, bottom, bottom + size, size, look, row)


def _words(glyphs: Glyphs, start: int, end: int) -> str:
    words = mended(glyphs.text[start:end], start, glyphs)
    if not words.isprintable():
        words = clean(words)
    return words + DIVIDED if glyphs.text[end : end + 1] in DIVISIONS else words


def _with_gaps(
    glyphs: Glyphs, lines: list[Line], extents: list[Extent], tables: list[Grid]
) -> Iterator[Line]:
    """Lines, those whose words stand wide apart in pieces."""
    wide = wide_rows(glyphs, lines)
    for line, extent in zip(lines, extents, strict=True):
        rules = [place for grid in tables for place in grid.crossed(line)]
        if (line.row not in wide and not rules) or NOTE_MARK in line.text:
            yield line
            continue
        words = list(WORD.finditer(glyphs.text, extent.start, extent.end))
        if line.look & MONO and not rules:
            yield line._replace(text=clean(spaced(words, glyphs, line)))
            continue
        found = list(pieces(words, glyphs, line, rules))
        if len(found) == 1:
            yield line
            continue
        for piece in found:
            yield _piece(glyphs, piece, line)


def _piece(glyphs: Glyphs, piece: Piece, line: Line) -> Line:
    start, end, left, right = piece
    setting = glyphs.setting(start)
    size = setting.size or line.size
    bottom = turned(glyphs.turn, setting.x, setting.y)[1] - size * BELOW
    return Line(
        _words(glyphs, start, end), left, right, bottom, bottom + size, size, line.look, line.row
    )
