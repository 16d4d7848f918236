"""Text that had to be recognised in pictures: getting it, and saying so wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from documents.extraction import Extracted
from documents.extraction.recognition import Scan, recognise
from documents.models import Document
from documents.work.lease import Lease

# Of a document's progress; what comes before and after is quick.
FROM, TO = 5, 25


def read_scans(
    held: Lease, path: Path, extracted: Extracted, password: str, waiting: Callable[[], None]
) -> Extracted:
    """The document with the text of its pictures, told page by page. Raises ExtractionError."""
    if not extracted.scans:
        return extracted

    def before(done: int, of: int) -> None:
        held.pass_through(Document.Stage.RECOGNISING, FROM + (TO - FROM) * done // of)

    scan = Scan(path, password, most_pages=settings.OCR_PAGES)
    return recognise(scan, extracted, waiting=waiting, before=before)


def note(document: Document, extracted: Extracted) -> None:
    """Which pages were recognised, and which could not be."""
    for name, pages in (("recognised", extracted.recognised), ("unread", extracted.unread)):
        document.metadata.pop(f"{name}_pages", None)
        if pages:
            document.metadata[f"{name}_pages"] = list(pages)


def mark_of(extracted: Extracted, page: int | None) -> dict[str, bool]:
    """What the metadata of a passage from this page says about it."""
    return {"ocr": True} if page in extracted.recognised else {}
