"""The demonstration account: a small company's papers, in the formats people really have."""

from __future__ import annotations

import ctypes
import io
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from django.core.files.base import ContentFile

TEXTS = Path(__file__).with_name("demo_texts")
QUESTION = "How many days of leave do I have in my second year?"


def files() -> list[ContentFile]:
    """A handbook (PDF), a travel policy and a release note (Markdown) and a Thai notice."""
    return [
        ContentFile(pdf(_text("handbook.txt").split("\f")), "Employee handbook.pdf"),
        ContentFile(_text("travel.md").encode(), "Travel policy.md"),
        ContentFile(_text("release-4.2.md").encode(), "Release 4.2.md"),
        ContentFile(_text("holidays-th.txt").encode(), "ประกาศวันหยุด.txt"),
    ]


def _text(name: str) -> str:
    return (TEXTS / name).read_text(encoding="utf-8")


def pdf(pages: list[str]) -> bytes:
    """One A4 page (595 × 842 points) per text, a line of the text on a line of the page."""
    document = pypdfium2.PdfDocument.new()
    for text in pages:
        page = document.new_page(595, 842)
        for number, line in enumerate(text.strip().splitlines()):
            _write(document, page, line, y=770 - 18 * number)
        pdfium.FPDFPage_GenerateContent(page)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _write(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, line: str, *, y: int) -> None:
    if not line:
        return
    drawn = pdfium.FPDFPageObj_NewTextObj(document, b"Helvetica", 11)
    codes = (ctypes.c_ushort * (len(line) + 1))(*line.encode("ascii"), 0)
    pdfium.FPDFText_SetText(drawn, codes)
    pdfium.FPDFPageObj_Transform(drawn, 1, 0, 0, 1, 60, y)
    pdfium.FPDFPage_InsertObject(page, drawn)
