"""Lines that were found on a page, written in the order in which a person reads them."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from documents.extraction.ocr.engine import Line

FEWEST = 4  # lines that make a column
FULL = 0.6  # of a column's width, which most lines of prose fill and the cells of a table do not
PROSE = 15  # letters; what is shorter is a cell
SAME_ROW = 0.5
APART = 1.5  # heights of a line, beyond which neighbours in a row are cells
NEW_PARAGRAPH = 0.9  # heights of a line, between two lines
BETWEEN_CELLS = " | "


def written(lines: list[Line]) -> str:
    return "\n\n".join(filter(None, map(_block, _columns(lines)))).strip()


def _columns(lines: list[Line]) -> Iterator[list[Line]]:
    """Headings across the page, and the columns between them from left to right."""
    gutter = _gutter(lines)
    if gutter is None:
        yield lines
        return
    band: list[Line] = []
    for line in [*sorted(lines, key=lambda line: line.middle), None]:
        if line is not None and not line.left < gutter < line.right:
            band.append(line)
            continue
        yield from _columns([one for one in band if one.right <= gutter])
        yield from _columns([one for one in band if one.left >= gutter])
        band = []
        if line is not None:
            yield [line]


def _gutter(lines: list[Line]) -> float | None:
    """A place with columns of prose on both sides, that next to no line runs across."""
    edges = sorted({line.left for line in lines})
    best, fewest = None, len(lines) / 8
    for edge in edges[1:]:
        gutter = edge - 1
        across = sum(line.left < gutter < line.right for line in lines)
        if across < fewest:
            left = [line for line in lines if line.right <= gutter]
            right = [line for line in lines if line.left >= gutter]
            if _is_prose(left) and _is_prose(right):
                best, fewest = gutter, across
    return best


def _is_prose(lines: list[Line]) -> bool:
    if len(lines) < FEWEST or median(len(line.text) for line in lines) < PROSE:
        return False
    width = max(line.right for line in lines) - min(line.left for line in lines)
    return median(line.right - line.left for line in lines) >= FULL * width


def _block(lines: list[Line]) -> str:
    text = ""
    above: list[Line] = []
    for row in _rows(lines):
        if above:
            gap = min(line.top for line in row) - max(line.bottom for line in above)
            text += "\n\n" if gap > NEW_PARAGRAPH * _height(row) else "\n"
        text += _joined(row)
        above = row
    return text


def _rows(lines: list[Line]) -> Iterator[list[Line]]:
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if row and line.middle - row[-1].middle > SAME_ROW * _height(row):
            yield sorted(row, key=lambda line: line.left)
            row = []
        row.append(line)
    if row:
        yield sorted(row, key=lambda line: line.left)


def _joined(row: list[Line]) -> str:
    text = row[0].text
    for before, line in pairwise(row):
        is_cell = line.left - before.right > APART * _height(row)
        text += (BETWEEN_CELLS if is_cell else " ") + line.text
    return text


def _height(row: list[Line]) -> float:
    return median(line.height for line in row)
