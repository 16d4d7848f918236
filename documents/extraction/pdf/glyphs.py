"""What PDFium knows about single characters of a page, seen with the text upright.

Every call costs about a microsecond and a page has thousands of characters, so a line is measured
by its first, last and middle one.
"""

import ctypes
from collections.abc import Iterator
from functools import lru_cache
from math import hypot
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

BOLD, MONO, APART = 1, 2, 4  # APART: a row whose pieces stand apart, yet no table
FIXED_PITCH = 1  # PDF 32000-1, table 123
ASLANT = 4
SUBSET_PREFIX = 7  # "ABCDEF+"
# Computer Modern names its bold and typewriter cuts in its own way.
BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "cmbx", "cmb1", "cmssbx", "-bd")
MONO_NAMES = ("mono", "courier", "consol", "typewriter", "cmtt", "cmsltt", "cmitt", "menlo")


class Setting(NamedTuple):
    """How a character is set: which way it runs in quarter turns, on what line, how large."""

    turn: int
    x: float
    y: float
    size: float


class Box(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float


class Glyphs:
    def __init__(self, textpage: pdfium.PdfTextPage, text: str) -> None:
        self.text = text
        self._page = textpage.raw
        self._loose = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._tight = [ctypes.c_double() for _ in range(4)]
        self._flags = ctypes.c_int()
        self._name = ctypes.create_string_buffer(128)
        # Characters without a meaning in Unicode are counted by PDFium and stand in no text.
        self._is_even = textpage.count_chars() == len(text)
        self.turn = 0
        self.strings = list(self._string_boxes())

    def number(self, place: int) -> int:
        """PDFium's number for the character at this place of the text."""
        if self._is_even:
            return place
        number: int = raw.FPDFText_GetCharIndexFromTextIndex(self._page, place)
        return max(0, number)

    def setting(self, place: int) -> Setting:
        number, matrix = self.number(place), self._matrix
        if not raw.FPDFText_GetMatrix(self._page, number, matrix):
            return Setting(0, 0, 0, 0)
        across, along = matrix.c, matrix.d
        size = raw.FPDFText_GetFontSize(self._page, number)
        if across or along != 1:
            size *= hypot(across, along)
        return Setting(_quarter(matrix.a, matrix.b), matrix.e, matrix.f, size)

    def look(self, place: int) -> int:
        raw.FPDFText_GetFontInfo(
            self._page, self.number(place), self._name, len(self._name), self._flags
        )
        return _look(self._name.value, self._flags.value)

    def span(self, place: int) -> tuple[float, float]:
        """From where to where along the line, its advance included."""
        number = self.number(place)
        if self.turn:
            return self._turned_span(number)
        raw.FPDFText_GetLooseCharBox(self._page, number, self._loose)
        return self._loose.left, self._loose.right

    def height(self, place: int) -> tuple[float, float]:
        """From where to where the ink of a character reaches, in a page that is not turned."""
        left, right, bottom, top = self._tight
        raw.FPDFText_GetCharBox(self._page, self.number(place), left, right, bottom, top)
        return bottom.value, top.value

    def _string_boxes(self) -> Iterator[Box]:
        """Around each string of the page's program, in the order it draws them."""
        left, right, bottom, top = self._tight
        for number in range(raw.FPDFText_CountRects(self._page, 0, -1)):
            raw.FPDFText_GetRect(self._page, number, left, top, right, bottom)
            yield Box(left.value, right.value, bottom.value, top.value)

    def _turned_span(self, number: int) -> tuple[float, float]:
        left, right, bottom, top = self._tight
        raw.FPDFText_GetCharBox(self._page, number, left, right, bottom, top)
        xs = [turned(self.turn, x.value, y.value)[0] for x in (left, right) for y in (bottom, top)]
        return min(xs), max(xs)


def turned(turn: int, x: float, y: float) -> tuple[float, float]:
    """The place after so many quarter turns to the right."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn]


def _quarter(a: float, b: float) -> int:
    """How often text that runs this way has to be turned to the right."""
    if not b:
        return 0 if a >= 0 else 2
    if abs(b) <= abs(a) * 0.1:
        return 0 if a >= 0 else 2
    if abs(a) <= abs(b) * 0.1:
        return 1 if b > 0 else 3
    return ASLANT


@lru_cache(maxsize=1000)
def _look(name: bytes, flags: int) -> int:
    font = name.decode("utf-8", "replace").lower()
    font = font[SUBSET_PREFIX:] if font[6:7] == "+" else font
    bold = any(part in font for part in BOLD_NAMES)
    mono = bool(flags & FIXED_PITCH) or any(part in font for part in MONO_NAMES)
    return (BOLD if bold else 0) | (MONO if mono else 0)
