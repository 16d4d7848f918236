"""Ruled tables: rules that touch make a grid, and each cell has the lines that stand in it."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from documents.extraction.pdf.joining import runs_on
from documents.extraction.pdf.shapes import Line, Rule, Table, levels

NEAR = 3.0
MOST_RULES = 500
# A ruled row with more lines may be many rows with rules around all of them.
LINES_OF_A_ROW = 3
LINES_OF_A_CELL = 15  # with more the grid is the layout of the page

Cell = list[Line]


class Grid(NamedTuple):
    xs: list[float]
    ys: list[float]  # from the top down
    uprights: list[Rule]

    def holds(self, line: Line) -> bool:
        y = (line.bottom + line.top) / 2
        return (
            self.ys[-1] < y < self.ys[0]
            and self.xs[0] - NEAR < line.left
            and line.right < self.xs[-1] + NEAR
        )

    def crossed(self, line: Line) -> list[float]:
        """Where the line runs through a rule; words of two cells can stand close."""
        y = (line.bottom + line.top) / 2
        places = {
            rule.place
            for rule in self.uprights
            if line.left + NEAR < rule.place < line.right - NEAR and rule.start < y < rule.end
        }
        return sorted(places)

    def table(self, lines: list[Line]) -> Table | None:
        bands: list[list[Line]] = [[] for _ in self.ys]
        for line in lines:
            y = (line.bottom + line.top) / 2
            bands[next(n for n, bottom in enumerate(self.ys[1:]) if y >= bottom)].append(line)
        rows = [row for band in bands if band for row in self._rows(band)]
        filled = [cell for row in rows for cell in row if cell]
        if len(rows) < 2 or len(filled) < max(3, len(rows) * (len(self.xs) - 1) * 0.3):
            return None
        if max(map(len, filled)) > LINES_OF_A_CELL:
            return None
        texts = [[[line.text for line in cell] for cell in row] for row in rows]
        return Table(texts, self.xs[0], self.xs[-1], self.ys[-1], self.ys[0])

    def _rows(self, band: list[Line]) -> Iterator[list[Cell]]:
        cells = self._cells(band)
        if self._has_many_rows(cells):
            yield from map(self._cells, levels(band))
        else:
            yield cells

    def _cells(self, lines: list[Line]) -> list[Cell]:
        cells: list[Cell] = [[] for _ in self.xs[1:]]
        for line in (line for level in levels(lines) for line in level):
            column = bisect_right(self.xs, line.left + NEAR) - 1
            cells[min(max(column, 0), len(cells) - 1)].append(line)
        return cells

    def _has_many_rows(self, cells: list[Cell]) -> bool:
        """Rules stand around the rows, not between them: few lines end for want of room."""
        if sum(len(cell) > LINES_OF_A_ROW for cell in cells) < 2:
            return False
        breaks = [
            runs_on(one, other, right - NEAR)
            for cell, right in zip(cells, self.xs[1:], strict=True)
            for one, other in pairwise(cell)
        ]
        return sum(breaks) < len(breaks) / 3


def grids(rules: list[Rule]) -> list[Grid]:
    rules = list(_merged(rules))
    if not 4 <= len(rules) <= MOST_RULES:
        return []
    found = (_grid(group) for group in _touching(rules))
    return [grid for grid in found if grid]


def _merged(rules: list[Rule]) -> Iterator[Rule]:
    """The sides of cells next to each other are one rule."""
    kept: Rule | None = None
    for rule in sorted(rules, key=lambda r: (r.is_upright, round(r.place), r.start)):
        if kept is None:
            kept = rule
        elif (
            rule.is_upright == kept.is_upright
            and abs(rule.place - kept.place) <= 1
            and rule.start <= kept.end + NEAR
        ):
            kept = kept._replace(end=max(kept.end, rule.end))
        else:
            yield kept
            kept = rule
    if kept is not None:
        yield kept


def _grid(rules: list[Rule]) -> Grid | None:
    upright = [rule for rule in rules if rule.is_upright]
    level = [rule for rule in rules if not rule.is_upright]
    if not upright or not level:
        return None
    # Outer rules may be missing: there the others end.
    xs = _places(upright, [end for rule in level for end in (rule.start, rule.end)])
    ys = _places(level, [end for rule in upright for end in (rule.start, rule.end)])
    return Grid(xs, ys[::-1], upright) if len(xs) > 2 and len(ys) > 2 else None


def _places(rules: list[Rule], ends: list[float]) -> list[float]:
    distinct: list[float] = []
    for place in sorted([*(rule.place for rule in rules), min(ends), max(ends)]):
        if not distinct or place - distinct[-1] > NEAR:
            distinct.append(place)
    return distinct


def _touching(rules: list[Rule]) -> list[list[Rule]]:
    leaders = list(range(len(rules)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = leaders[leaders[number]]
            number = leaders[number]
        return number

    upright = [number for number, rule in enumerate(rules) if rule.is_upright]
    for level in (number for number, rule in enumerate(rules) if not rule.is_upright):
        for number in upright:
            if _touch(rules[level], rules[number]):
                leaders[leader(level)] = leader(number)
    groups: dict[int, list[Rule]] = {}
    for number, rule in enumerate(rules):
        groups.setdefault(leader(number), []).append(rule)
    return list(groups.values())


def _touch(level: Rule, upright: Rule) -> bool:
    return (
        level.start - NEAR <= upright.place <= level.end + NEAR
        and upright.start - NEAR <= level.place <= upright.end + NEAR
    )
