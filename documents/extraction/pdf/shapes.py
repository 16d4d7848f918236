"""What stands on a page of a PDF. y grows upwards, lengths are points."""

from typing import NamedTuple

# At the end of a line whose hyphen PDFium has taken away together with the line break.
DIVIDED = "\ufffe"
BELOW = 0.25  # of the type size; the rest is above the baseline


class Line(NamedTuple):
    """A line or a piece of one; pieces share their `row`. `bottom` and `top` follow from the
    baseline and the size of the type."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    look: int
    row: int


class Table(NamedTuple):
    """Each cell is the list of its lines."""

    rows: list[list[list[str]]]
    left: float
    right: float
    bottom: float
    top: float


class Rule(NamedTuple):
    """A thin straight line, upright or level, from `start` to `end`."""

    is_upright: bool
    place: float
    start: float
    end: float


Shape = Line | Table


def levels(lines: list[Line]) -> list[list[Line]]:
    """Lines side by side, each from left to right, from the top down."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.bottom):
        if found and found[-1][0].bottom - line.bottom < line.size / 2:
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(level, key=lambda line: line.left) for level in found]
