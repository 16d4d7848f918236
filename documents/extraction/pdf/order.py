"""The order in which a page is read.

Most programs draw columns in the order they are read, so the page's own order is kept where it
goes down in long runs; the runs are put in order among themselves. A page drawn line by line across
its columns is read by its gutters.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from documents.extraction.pdf.shapes import Line, Shape, levels

SLACK = 0.5  # type sizes that neighbours may overlap
FEWEST = 3  # lines beside a gutter
MOST_RUNS = 60
MOST_SHAPES = 3_000  # on a page that can be put in order in good time
USUAL_SIZE = 10.0
ASIDE = 4.0
FAR = 12.0  # type sizes: a header and a footer that are drawn together


class Run(NamedTuple):
    shapes: list[Shape]
    left: float
    right: float
    bottom: float
    top: float


def in_reading_order(shapes: list[Shape]) -> list[list[Shape]]:
    """Runs of shapes from the top down."""
    runs = [_run(shapes) for shapes in _runs(shapes)]
    if len(runs) == 1 or len(shapes) > MOST_SHAPES:
        return [shapes]
    if len(runs) > min(MOST_RUNS, 4 + len(shapes) / 4):
        return [list(run) for run in _by_gutters(shapes)]
    return list(_runs([shape for run in _sorted(runs) for shape in run.shapes]))


def _runs(shapes: list[Shape]) -> Iterator[list[Shape]]:
    run: list[Shape] = []
    for shape in shapes:
        if run and not _goes_down(run[-1], shape):
            yield run
            run = []
        run.append(shape)
    if run:
        yield run


def _goes_down(above: Shape, shape: Shape) -> bool:
    size = above.size if isinstance(above, Line) else USUAL_SIZE
    room = above.bottom - shape.top
    aside = max(above.left, shape.left) - min(above.right, shape.right)
    return -SLACK * size <= room <= FAR * size and aside < ASIDE * size


def _overlap(one: Shape | Run, other: Shape | Run) -> bool:
    return one.left < other.right and other.left < one.right


def _run(shapes: list[Shape]) -> Run:
    return Run(
        shapes,
        min(shape.left for shape in shapes),
        max(shape.right for shape in shapes),
        min(shape.bottom for shape in shapes),
        max(shape.top for shape in shapes),
    )


def _sorted(runs: list[Run]) -> Iterator[Run]:
    """What stands above or to the left comes first, else what the page draws first."""
    waiting = list(runs)
    while waiting:
        free = (
            run
            for run in waiting
            if not any(_comes_before(other, run) for other in waiting if other is not run)
        )
        chosen = next(free, waiting[0])
        waiting.remove(chosen)
        yield chosen


def _comes_before(one: Run, other: Run) -> bool:
    if _overlap(one, other):
        # Clear of each other, or the other stands inside: a box beside the text.
        return one.bottom >= other.top - 2 or (
            one.top > other.top + 2 and one.bottom < other.bottom - 2
        )
    return one.right <= other.left and one.bottom < other.top and other.bottom < one.top


# Gutters


def _by_gutters(shapes: list[Shape]) -> Iterator[list[Shape]]:
    gutter = _gutter(shapes)
    if gutter is None:
        yield _from_the_top(shapes)
        return
    left: list[Shape] = []
    right: list[Shape] = []
    across: list[Shape] = []
    for shape in sorted(shapes, key=lambda shape: -shape.top):
        is_across = shape.left < gutter - 2 and shape.right > gutter + 2
        if is_across and (left or right):
            yield from _sides(across, left, right)
            across, left, right = [], [], []
        side = across if is_across else left if shape.left < gutter - 2 else right
        side.append(shape)
    yield from _sides(across, left, right)


def _sides(across: list[Shape], left: list[Shape], right: list[Shape]) -> Iterator[list[Shape]]:
    if across:
        yield across
    for side in (left, right):
        if side:
            yield from _by_gutters(side)


def _gutter(shapes: list[Shape]) -> float | None:
    """The left edge of a column that few lines cross."""
    edges = Counter(round(shape.left) for shape in shapes)
    best, most = None, 0
    for edge, count in edges.items():
        if count < FEWEST:
            continue
        before = sum(shape.right <= edge + 2 for shape in shapes)
        behind = sum(shape.left >= edge - 2 for shape in shapes)
        across = len(shapes) - before - behind
        worth = min(before, behind) - across
        if min(before, behind) >= FEWEST and worth > most:
            best, most = edge, worth
    return best


def _from_the_top(shapes: list[Shape]) -> list[Shape]:
    tables = [shape for shape in shapes if not isinstance(shape, Line)]
    lines = [line for level in levels([s for s in shapes if isinstance(s, Line)]) for line in level]
    return sorted([*lines, *tables], key=lambda shape: -shape.top) if tables else list(lines)
