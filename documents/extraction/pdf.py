"""PDF by PDFium, page by page. What PDFium will not open, pypdf tries (pdf_fallback)."""

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2.raw import FPDF_ERR_PASSWORD

from documents.extraction import reasons
from documents.extraction.cleaning import clean
from documents.extraction.hyphens import mend_hyphens
from documents.extraction.limits import Limits
from documents.extraction.result import PDF, Extracted, Heading

TAIL = re.compile(rb"startxref\s+0*[1-9]\d*")
BOOKMARKS = 10_000
BETWEEN_PAGES = "\n\n"
# Titles that programs put in by themselves.
PROGRAM_TITLE = re.compile(
    r"^microsoft (?:word|powerpoint|excel) - |^untitled|^\w+\.\w{2,5}$", re.I
)


def parse(path: Path, limits: Limits) -> Extracted:
    if is_cut_off(path.read_bytes()):
        raise reasons.truncated_pdf()
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            return _assemble(document, limits)
    except pdfium.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise reasons.encrypted(PDF) from error
    from documents.extraction import pdf_fallback

    return extracted_from(pdf_fallback.pages(path, limits), limits)


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
    extracted = extracted_from(_pages(document), limits)
    extracted.headings = list(_headings(document, extracted))
    title = " ".join(clean(document.get_metadata_value("Title")).split())
    if 3 <= len(title) <= 200 and not PROGRAM_TITLE.search(title):
        extracted.title = title
    elif extracted.headings:
        extracted.title = extracted.headings[0].title
    return extracted


def _pages(document: pdfium.PdfDocument) -> Iterator[str]:
    for number in range(len(document)):
        with closing(document[number]) as page, closing(page.get_textpage()) as text:
            yield text.get_text_range()


def extracted_from(pages: Iterator[str], limits: Limits) -> Extracted:
    texts: list[str] = []
    characters = 0
    for page in pages:
        texts.append(page)
        characters += len(page) + len(BETWEEN_PAGES)
        if characters > limits.text_chars:
            raise reasons.too_large_text(limits)
    texts = [clean(page).strip() for page in mend_hyphens(texts)]
    if not any(texts):
        raise reasons.no_text("PDF")
    offsets: list[tuple[int, int]] = []
    start = 0
    for text in texts:
        offsets.append((start, start + len(text)))
        start += len(text) + len(BETWEEN_PAGES)
    return Extracted(PDF, BETWEEN_PAGES.join(texts), pages=offsets)


def _headings(document: pdfium.PdfDocument, extracted: Extracted) -> Iterator[Heading]:
    """Bookmarks, each where its words stand on its page, else at the top of that page."""
    found = [heading for heading in _bookmarks(document, extracted) if heading.title]
    yield from sorted(found, key=lambda heading: heading.start)


def _bookmarks(document: pdfium.PdfDocument, extracted: Extracted) -> Iterator[Heading]:
    for bookmark in islice(document.get_toc(), BOOKMARKS):
        destination = bookmark.get_dest()
        number = destination.get_index() if destination else None
        if number is None or not 0 <= number < len(extracted.pages):
            continue
        start, end = extracted.pages[number]
        words = clean(bookmark.get_title()).split()[:30]
        match = re.search(r"\s+".join(map(re.escape, words)), extracted.text[start:end], re.I)
        offset = start + match.start() if match else start
        yield Heading(offset, min(bookmark.level + 1, 6), " ".join(words))
