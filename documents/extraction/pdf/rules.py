"""The thin straight lines drawn on a page, from which ruled tables are known."""

import ctypes
from collections.abc import Iterator
from itertools import islice

import pypdfium2 as pdfium
from pypdfium2 import raw

from documents.extraction.pdf.glyphs import turned
from documents.extraction.pdf.shapes import Rule

THIN = 3.0
SHORTEST = 5.0
MOST_OBJECTS, MOST_STROKES = 5_000, 5_000  # more is a drawing
MOST_SEGMENTS = 2_000
FEWEST_PATHS = 3
STEPS_OF_A_BOX = 5

Point = tuple[float, float]


def rules_of(page: pdfium.PdfPage, strings: int, turn: int) -> list[Rule]:
    """`strings`: how many of the page's objects are known to be text."""
    count = raw.FPDFPage_CountObjects(page)
    if not strings + FEWEST_PATHS < count <= MOST_OBJECTS:
        return []
    objects = (raw.FPDFPage_GetObject(page, number) for number in range(count))
    paths = [one for one in objects if raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_PATH]
    width, height = page.get_size()
    all_strokes = (stroke for path in paths for stroke in _strokes(path, width * height / 2))
    strokes = list(islice(all_strokes, MOST_STROKES))
    if len(strokes) == MOST_STROKES:
        return []
    return [
        rule for one, other in strokes for rule in _rule(turned(turn, *one), turned(turn, *other))
    ]


def _rule(one: Point, other: Point) -> Iterator[Rule]:
    (left, right), (bottom, top) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    if right - left <= THIN and top - bottom >= SHORTEST:
        yield Rule(True, (left + right) / 2, bottom, top)
    elif top - bottom <= THIN and right - left >= SHORTEST:
        yield Rule(False, (bottom + top) / 2, left, right)


def _strokes(path: raw.FPDF_PAGEOBJECT, largest: float) -> Iterator[tuple[Point, Point]]:
    steps = raw.FPDFPath_CountSegments(path)
    if STEPS_OF_A_BOX < steps <= MOST_SEGMENTS:
        yield from _drawn(path, steps)
        return
    edges = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(path, *edges):
        return
    left, bottom, right, top = (edge.value for edge in edges)
    if right - left <= THIN or top - bottom <= THIN:
        yield (left, bottom), (right, top)
    elif (right - left) * (top - bottom) < largest:
        corners = (left, bottom), (left, top), (right, top), (right, bottom)
        yield from zip(corners, (*corners[1:], corners[0]), strict=True)


def _drawn(path: raw.FPDF_PAGEOBJECT, steps: int) -> Iterator[tuple[Point, Point]]:
    """Of a path that draws many lines at once."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    before = (0.0, 0.0)
    for number in range(steps):
        step = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(step, x, y)
        place = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if raw.FPDFPathSegment_GetType(step) == raw.FPDF_SEGMENT_LINETO:
            yield before, place
        before = place
