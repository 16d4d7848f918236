"""Mends what PDFium does to some scripts, chiefly in the PDFs that browsers print.

There a cluster of Thai drawn in two steps comes twice, and the letters of an Arabic or Hebrew word
come in the order they stand from left to right.
"""

import re
import unicodedata

from documents.extraction.pdf.glyphs import Glyphs

# Latin ligatures and the shapes that Arabic letters take inside words.
SHAPES = re.compile("[\ufb00-\ufb06\ufb50-\ufdfb\ufe70-\ufefc]+")
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u060b\u060e-\u061a\u061c-\u061e\u0620-\u065f\u066e-\u06ef\u06fa-\u08ff]{2,}"
)
THAI_CLUSTER = "[\u0e01-\u0e2e][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+"
THAI_TWICE = re.compile(f"({THAI_CLUSTER})([\u0e01-\u0e5b]{{0,3}}?)(\\1)")
THAI = re.compile("[\u0e31\u0e34-\u0e4e]")


def mended(text: str, start: int, glyphs: Glyphs) -> str:
    """The line that begins at this place of the page."""
    if text.isascii():
        return text
    if THAI.search(text):
        text = _without_echoes(text, start, glyphs)
    if RIGHT_TO_LEFT.search(text):
        text = RIGHT_TO_LEFT.sub(lambda match: _in_order(match, start, glyphs), text)
    return SHAPES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def _without_echoes(text: str, start: int, glyphs: Glyphs) -> str:
    def once(match: re.Match[str]) -> str:
        first, again = glyphs.height(start + match.start(1)), glyphs.height(start + match.start(3))
        # The second time only the mark is drawn, above the letters.
        return match[1] + match[2] if again[0] > first[1] else match[0]

    return THAI_TWICE.sub(once, text)


def _in_order(match: re.Match[str], start: int, glyphs: Glyphs) -> str:
    first = glyphs.span(start + match.start())[0]
    last = glyphs.span(start + match.end() - 1)[0]
    return match[0][::-1] if first < last else match[0]
