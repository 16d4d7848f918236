"""A page as a picture of bounded size, whatever the document draws or declares."""

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageOps

from documents.extraction import picture, reasons
from documents.extraction.ocr.engine import Picture
from documents.extraction.result import PDF

DPI = 200
POINTS_AN_INCH = 72
MOST_POINTS = 6_000_000  # A4 at 200 dpi has 3.9 million
LONGEST_SIDE = 4_000


def rendered(path: Path, kind: str, page: int, password: str) -> Picture:
    """Pages count from 1. Raises ExtractionError."""
    if kind == PDF:
        return _of_pdf(path, page, password)
    with picture.opened(path, page) as packed:
        return _of_file(packed)


def _of_pdf(path: Path, number: int, password: str) -> Picture:
    with _document(path, password) as document, closing(document[number - 1]) as page:
        width, height = page.get_size()
        scale = DPI / POINTS_AN_INCH * _fitting(width * DPI / 72, height * DPI / 72)
        with closing(page.render(scale=scale, rev_byteorder=False)) as bitmap:
            return np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])


@contextmanager
def _document(path: Path, password: str) -> Iterator[pdfium.PdfDocument]:
    try:
        with closing(pdfium.PdfDocument(path, password or None)) as document:
            yield document
    except pdfium.PdfiumError as error:
        raise reasons.unreadable(str(error)) from error


def _of_file(packed: Image.Image) -> Picture:
    scale = _fitting(*packed.size)
    width, height = (max(1, int(side * scale)) for side in packed.size)
    if scale < 1:
        packed.draft("RGB", (width, height))  # a JPEG can be unpacked at a fraction of its size
        shrunk = _with_shades(packed).resize((width, height), reducing_gap=2.0)
    else:
        shrunk = packed
    upright = ImageOps.exif_transpose(shrunk)
    return np.ascontiguousarray(np.asarray(_on_white(upright))[:, :, ::-1])


def _with_shades(packed: Image.Image) -> Image.Image:
    """Black and white alone, colours by number, and more than 8 bits a point cannot be averaged."""
    if packed.mode == "1":
        return packed.convert("L")
    if packed.mode.startswith(("I", "F")):
        return _on_white(packed)
    if packed.mode == "P":
        return packed.convert("RGBA" if "transparency" in packed.info else "RGB")
    return packed


def _on_white(shown: Image.Image) -> Image.Image:
    """What is transparent looks white on a page, and so would black letters on nothing."""
    if shown.mode.startswith(("I", "F")):  # more than 8 bits a point
        values = np.asarray(shown, np.float32)
        most = float(values.max()) or 1
        return Image.fromarray((values / most * 255).astype(np.uint8)).convert("RGB")
    if "A" in shown.getbands() or "transparency" in shown.info:
        shown = shown.convert("RGBA")
        page = Image.new("RGBA", shown.size, "white")
        page.alpha_composite(shown)
        shown = page
    return shown.convert("RGB")


def _fitting(width: float, height: float) -> float:
    """The scale, 1 at most, at which this many points are as many as may be."""
    if width * height <= 0:
        return 1
    fewer = math.sqrt(MOST_POINTS / (width * height))
    return min(1, fewer, LONGEST_SIDE / max(width, height))
