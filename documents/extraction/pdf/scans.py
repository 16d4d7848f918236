"""Which pages of a PDF are pictures of text."""

import pypdfium2 as pdfium
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

FEW_LETTERS = 20  # a page number or a scanner's stamp
DEEPEST = 3  # forms in forms


def is_scan(page: pdfium.PdfPage, text: str) -> bool:
    """Holds a picture and next to no text."""
    if sum(map(str.isalnum, text)) >= FEW_LETTERS:
        return False
    kinds = [FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH]  # some programs draw letters as curves
    return next(iter(page.get_objects(filter=kinds, max_depth=DEEPEST)), None) is not None
