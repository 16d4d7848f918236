"""Tables without rules: rows below one another whose pieces stand in the same columns.

In doubt rows stay lines: a cell must never come to stand in another row.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from documents.extraction.pdf.joining import runs_on
from documents.extraction.pdf.shapes import Line, Table

Row = list[Line]
FEWEST_ROWS = 3
APART = 3.0  # type sizes between rows of one table, at most
TIGHT = 1.3  # type sizes between the lines of one cell, at most
LOOSE_ROWS = 1.4
LONG_CELL = 15  # letters; columns of prose have lines that long and full
SMALL_STARTS = 0.35  # of the lines of prose begin with a small letter, where a script has any
LEADERS = re.compile(r"(?:\s?[.·…_]){4,}")

SECTION = re.compile(r"[A-Z]?[\d.]*")

Span = tuple[float, float]


def stretches(rows: list[Row]) -> Iterator[tuple[int, int]]:
    """From where to where rows with pieces side by side follow each other closely."""
    start = 0
    while start < len(rows):
        if len(rows[start]) < 2:
            start += 1
            continue
        end = last = start + 1
        while end < len(rows) and end - last < 2 and _is_below(rows[end - 1], rows[end]):
            end += 1
            if len(rows[end - 1]) > 1:
                last = end
        yield start, last
        start = last


def _is_below(above: Row, row: Row) -> bool:
    distance = above[0].bottom - row[0].bottom
    return row[0].size * 0.5 < distance < row[0].size * APART


def is_prose(rows: list[Row]) -> bool:
    """Columns of text that were set line by line: long pieces that end for want of room."""
    columns = columns_of(rows)
    if not 2 <= len(columns) <= 4 or len(rows) < FEWEST_ROWS:
        return False
    pieces = [_cells(row, columns) for row in rows]
    for number, (_, right) in enumerate(columns):
        lines = [line for cells in pieces if (line := cells[number])]
        if len(lines) < FEWEST_ROWS or median(len(line.text) for line in lines) < LONG_CELL:
            return False
        starts = [line.text[0] for line in lines if line.text[0].lower() != line.text[0].upper()]
        if sum(map(str.islower, starts)) < len(starts) * SMALL_STARTS:
            return False
        full = [runs_on(one, other, right) for one, other in pairwise(lines)]
        if sum(full) < len(full) * 0.6:
            return False
    return True


def columns_of(rows: list[Row]) -> list[Span]:
    """Where pieces overlap from row to row."""
    spans: list[Span] = []
    for left, right in sorted((line.left, line.right) for row in rows for line in row):
        if spans and left < spans[-1][1]:
            spans[-1] = spans[-1][0], max(right, spans[-1][1])
        else:
            spans.append((left, right))
    return spans


def _cells(row: Row, columns: list[Span]) -> list[Line | None]:
    cells: list[Line | None] = [None] * len(columns)
    for line in row:
        cells[next(n for n, (_, right) in enumerate(columns) if line.left < right)] = line
    return cells


def table_of(rows: list[Row]) -> Table | None:
    columns = columns_of(rows)
    wide = [row for row in rows if len(row) > 1]
    if len(columns) < 2 or len(wide) < FEWEST_ROWS:
        return None
    if any(len(row) != sum(map(bool, _cells(row, columns))) for row in rows):
        return None  # two pieces of a row in one column
    cells = [_cells(row, columns) for row in rows]
    if any(sum(bool(row[n]) for row in cells) * 2 < len(wide) for n in range(len(columns))):
        return None
    if _is_contents(cells):
        return None
    lines = [line for row in rows for line in row]
    return Table(
        [[[line.text for line in cell] for cell in row] for row in _put_together(cells, columns)],
        columns[0][0],
        columns[-1][1],
        min(line.bottom for line in lines),
        max(line.top for line in lines),
    )


def _is_contents(rows: list[list[Line | None]]) -> bool:
    """Titles and the pages they are on."""
    if any(LEADERS.search(line.text) for row in rows for line in row if line):
        return True
    if len(rows[0]) > 2 and not all(row[0] and SECTION.fullmatch(row[0].text) for row in rows):
        return False
    pages = [row[-1].text if row[-1] else "" for row in rows]
    if not all(page.isdecimal() and len(page) < 6 for page in pages):
        return False
    return all(int(one) <= int(other) for one, other in pairwise(pages))


def _put_together(rows: list[list[Line | None]], columns: list[Span]) -> list[list[Row]]:
    """Lines of a cell that went on below become one row."""
    distances = [_distance(one, other) for one, other in pairwise(rows) if one[0] and other[0]]
    are_loose = bool(distances) and median(distances) > LOOSE_ROWS
    whole: list[list[Row]] = []
    before: list[Line | None] = []
    for row in rows:
        if whole and _goes_on(whole[-1], row, columns, _distance(before, row), are_loose):
            for cell, line in zip(whole[-1], row, strict=True):
                cell.extend([line] if line else [])
        else:
            whole.append([[line] if line else [] for line in row])
        before = row
    return whole


def _distance(one: list[Line | None], other: list[Line | None]) -> float:
    above = next(line for line in one if line)
    below = next(line for line in other if line)
    return (above.bottom - below.bottom) / below.size


def _goes_on(
    above: list[Row],
    row: list[Line | None],
    columns: list[Span],
    distance: float,
    are_loose: bool,
) -> bool:
    if row[0] and not (are_loose and distance <= TIGHT):
        return False
    going_on = [
        bool(cell) and len(cell[-1].text) >= LONG_CELL and runs_on(cell[-1], line, right)
        for cell, line, (_, right) in zip(above, row, columns, strict=True)
        if line
    ]
    # Two cells may as well be a row that has no name of its own, such as a sum.
    return going_on == [True]
