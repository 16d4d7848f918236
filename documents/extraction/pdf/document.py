"""PDF by PDFium, page by page. What PDFium will not open, pypdf tries (fallback)."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2.raw import FPDF_ERR_PASSWORD

from documents.extraction import reasons
from documents.extraction.cleaning import clean
from documents.extraction.hyphens import HYPHENATED, mend_hyphens
from documents.extraction.limits import Limits
from documents.extraction.pdf.blocks import blocks_of, usual_setting
from documents.extraction.pdf.furniture import remove_furniture
from documents.extraction.pdf.headings import Blocks, bookmarks_of, find_headings
from documents.extraction.pdf.layout import Layout, laid_out
from documents.extraction.pdf.lines import read_sheet
from documents.extraction.pdf.scans import is_scan
from documents.extraction.pdf.shapes import Line
from documents.extraction.pdf.text import write_page
from documents.extraction.result import PDF, Extracted, Heading
from documents.extraction.writing import Writer

TAIL = re.compile(rb"startxref\s+0*[1-9]\d*")
# Of the computing a document may take. After that pages are read as PDFium gives them.
SHARE_FOR_LAYOUT = 0.25
FEW_CHARACTERS = 200  # with more no page is a picture alone
# Titles that programs put in by themselves.
PROGRAM_TITLE = re.compile(
    r"^microsoft (?:word|powerpoint|excel) - |^untitled|^about:|^(?:https?|file)://|^\w+\.\w{2,5}$",
    re.I,
)


def parse(path: Path, limits: Limits, password: str = "") -> Extracted:
    if is_cut_off(path.read_bytes()):
        raise reasons.truncated_pdf()
    try:
        with closing(pdfium.PdfDocument(path, password or None)) as document:
            return _assemble(document, limits)
    except pdfium.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise reasons.locked(password) from error
    from documents.extraction.pdf import fallback

    return plain(fallback.pages(path, limits, password), limits)


def is_cut_off(content: bytes) -> bool:
    """Every whole PDF ends by saying where its table of objects is.

    Junk after that is common and harmless; objects after it belong to an update that did not
    arrive whole. PDFium would rebuild the table and leave out the missing pages without a word.
    """
    ends = [match.end() for match in TAIL.finditer(content)]
    return not ends or re.search(rb"\d\s+\d+\s+obj\b", content[ends[-1] :]) is not None


def _assemble(document: pdfium.PdfDocument, limits: Limits) -> Extracted:
    if len(document) > limits.pages:
        raise reasons.too_many_pages(len(document), limits)
    scans: list[int] = []
    layouts = list(_layouts(document, limits, scans))
    usual = usual_setting(layouts)
    remove_furniture(layouts, usual.size)
    pages: list[Blocks] = [
        [block for run in layout.runs for block in blocks_of(run, usual)] for layout in layouts
    ]
    known = _hyphenated(layouts)
    headings = find_headings(pages, list(bookmarks_of(document)), usual)
    writer = Writer(limits)
    for layout, blocks in zip(layouts, pages, strict=True):
        writer.page()
        for bookmark in headings.loose.get(len(writer.page_starts) - 1, []):
            writer.headings.append(Heading(writer.length, bookmark.level, bookmark.title))
        write_page(writer, blocks, headings, known)
        for text in (*layout.asides, *mend_hyphens([layout.plain])):
            writer.paragraph(clean(text).strip())
    extracted = writer.finish(PDF, _title(document), may_be_empty=bool(scans))
    extracted.scans = tuple(scans)
    return extracted


def _layouts(document: pdfium.PdfDocument, limits: Limits, scans: list[int]) -> Iterator[Layout]:
    """Pages one after the other; `scans` gets the numbers of those that are pictures."""
    characters = 0
    for number in range(len(document)):
        with closing(document[number]) as page, closing(page.get_textpage()) as textpage:
            characters += textpage.count_chars()
            if characters > limits.text_chars:
                raise reasons.too_large_text(limits)
            if textpage.count_chars() < FEW_CHARACTERS and is_scan(page, textpage.get_text_range()):
                scans.append(number + 1)
            if time.process_time() < limits.cpu_seconds * SHARE_FOR_LAYOUT:
                yield laid_out(read_sheet(page, textpage))
            else:
                yield Layout([], [], textpage.get_text_range())


def _hyphenated(layouts: list[Layout]) -> set[str]:
    """Words written with a hyphen inside a line."""
    runs = (run for layout in layouts for run in layout.runs)
    lines = (shape.text for run in runs for shape in run if isinstance(shape, Line))
    return {word.lower() for line in lines if "-" in line for word in HYPHENATED.findall(line)}


def _title(document: pdfium.PdfDocument) -> str:
    title = " ".join(clean(document.get_metadata_value("Title")).split())
    return title if 3 <= len(title) <= 200 and not PROGRAM_TITLE.search(title) else ""


def plain(pages: Iterator[str], limits: Limits) -> Extracted:
    """Pages of which no more is known than their text."""
    texts: list[str] = []
    characters = 0
    for page in pages:
        texts.append(page)
        characters += len(page)
        if characters > limits.text_chars:
            raise reasons.too_large_text(limits)
    writer = Writer(limits)
    for text in mend_hyphens(texts):
        writer.page()
        writer.paragraph(clean(text).strip())
    return writer.finish(PDF)
