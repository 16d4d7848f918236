"""Which pages of a PDF are pictures of text."""

from contextlib import closing

import pypdfium2 as pdfium
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

FEW_LETTERS = 20  # a page number or a scanner's stamp
DEEPEST = 3  # forms in forms


def scanned(document: pdfium.PdfDocument) -> tuple[int, ...]:
    """Numbers, from 1, of the pages that hold a picture and next to no text."""
    return tuple(number + 1 for number in range(len(document)) if _is_scan(document, number))


def _is_scan(document: pdfium.PdfDocument, number: int) -> bool:
    with closing(document[number]) as page, closing(page.get_textpage()) as text:
        if sum(map(str.isalnum, text.get_text_range())) >= FEW_LETTERS:
            return False
        kinds = [FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH]  # some programs draw letters as curves
        objects = page.get_objects(filter=kinds, max_depth=DEEPEST)
        return next(iter(objects), None) is not None
