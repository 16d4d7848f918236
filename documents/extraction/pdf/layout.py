"""A page in reading order: runs of lines with the tables among them."""

import re
from itertools import groupby, pairwise
from typing import NamedTuple

from documents.extraction.pdf.aligned import Row, is_prose, stretches, table_of
from documents.extraction.pdf.glyphs import APART
from documents.extraction.pdf.grids import Grid
from documents.extraction.pdf.lines import Sheet
from documents.extraction.pdf.order import in_reading_order
from documents.extraction.pdf.shapes import Line, Shape

CLOSE = 2.0  # type sizes
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


class Layout(NamedTuple):
    runs: list[list[Shape]]
    asides: list[str]
    plain: str = ""  # of a page that was not looked at closely


def laid_out(sheet: Sheet) -> Layout:
    lines, grids = sheet.lines, sheet.grids
    if sum(RIGHT_TO_LEFT.search(line.text) is not None for line in lines) > len(lines) / 2:
        # In a mirror such a page reads from left to right.
        lines, grids = [_mirrored(line) for line in lines], [_mirrored_grid(g) for g in grids]
    shapes: list[Shape] = list(lines)
    for grid in grids:
        shapes = _with_grid(shapes, grid)
    if len({line.row for line in lines}) < len(lines):
        shapes = _with_aligned(shapes)
    return Layout(in_reading_order(shapes) if shapes else [], sheet.asides)


def _mirrored(line: Line) -> Line:
    return line._replace(left=-line.right, right=-line.left)


def _mirrored_grid(grid: Grid) -> Grid:
    return grid._replace(xs=[-x for x in reversed(grid.xs)])


def _with_grid(shapes: list[Shape], grid: Grid) -> list[Shape]:
    inside = [s for s in shapes if isinstance(s, Line) and grid.holds(s)]
    table = grid.table(inside) if len(inside) > 2 else None
    if table is None:
        return shapes
    place = shapes.index(inside[0])
    taken = set(map(id, inside))
    before, after = shapes[:place], shapes[place:]
    return [*before, table, *(shape for shape in after if id(shape) not in taken)]


def _with_aligned(shapes: list[Shape]) -> list[Shape]:
    arranged: list[Shape] = []
    lines: list[Line] = []
    for shape in shapes:
        if isinstance(shape, Line):
            lines.append(shape)
        else:
            arranged += [*_aligned(lines), shape]
            lines = []
    return arranged + _aligned(lines)


def _aligned(lines: list[Line]) -> list[Shape]:
    rows: list[Row] = [list(row) for _, row in groupby(lines, lambda line: line.row)]
    shapes: list[Shape] = []
    done = 0
    for start, end in stretches(rows):
        shapes += map(_whole, rows[done:start])
        stretch = rows[start:end]
        if is_prose(stretch):
            shapes += (piece for row in stretch for piece in row)
        elif table := table_of(stretch):
            shapes.append(table)
        elif len(stretch) == 1 and _is_close(stretch[0]):
            shapes.append(_whole(stretch[0])._replace(look=stretch[0][0].look))
        else:
            shapes += map(_whole, stretch)
        done = end
    return shapes + list(map(_whole, rows[done:]))


def _is_close(row: Row) -> bool:
    """A line of text that was stretched, or that has a formula."""
    return all(other.left - one.right < CLOSE * one.size for one, other in pairwise(row))


def _whole(row: Row) -> Line:
    """A row of pieces as the line it was."""
    first = row[0]
    if len(row) == 1:
        return first
    return first._replace(
        text=" ".join(piece.text for piece in row),
        left=min(piece.left for piece in row),
        right=max(piece.right for piece in row),
        look=min(piece.look for piece in row) | APART,
    )
