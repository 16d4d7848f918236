"""The worker's side of recognition: pages that are pictures get their text, one after the other.

Each is rendered and read by a process of its own, so that a page can fail without its document.
"""

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.forker import RECOGNITION
from documents.extraction.isolation import answer
from documents.extraction.limits import MEBIBYTE, Limits
from documents.extraction.result import Extracted, ExtractionError

BETWEEN_PAGES = "\n\n"
# Of one page. Measured: 4 s and 810 MB of address space, 510 of them resident, for a full A4 page.
LIMITS = Limits(cpu_seconds=30, wall_seconds=150, memory_bytes=1024 * MEBIBYTE)


@dataclass(frozen=True)
class Scan:
    """A document with pages that are pictures, and how many of them may be read, how long."""

    path: Path
    password: str = ""
    most_pages: int = 200
    most_seconds: float = 1_000

    def page(self, number: int, kind: str, waiting: Callable[[], None]) -> str:
        """The text of a page; raises ExtractionError."""
        place = {"path": str(self.path.resolve()), "kind": kind, "page": number}
        about = {**place, "password": self.password}
        return answer(RECOGNITION, about, LIMITS, waiting).text


def recognise(
    scan: Scan,
    extracted: Extracted,
    *,
    waiting: Callable[[], None] = lambda: None,
    before: Callable[[int, int], None] = lambda done, of: None,
) -> Extracted:
    """The document with the text of its pictures. Raises ExtractionError if it has none at all.

    `waiting` is called about once a second and may raise to end the work; `before` each page.
    """
    texts: dict[int, str] = {}
    failures: list[ExtractionError] = []
    wanted = extracted.scans[: scan.most_pages]
    until = time.monotonic() + scan.most_seconds
    for done, number in enumerate(wanted):
        if time.monotonic() > until:
            break
        before(done, len(wanted))
        try:
            texts[number] = scan.page(number, extracted.mime_type, waiting)
        except ExtractionError as failure:
            if not failure.permanent:
                raise
            failures.append(failure)
    read = with_texts(extracted, texts)
    if not read.text.strip():
        raise _nothing(scan, failures)
    return read


def _nothing(scan: Scan, failures: list[ExtractionError]) -> ExtractionError:
    if not scan.most_pages:
        return reasons.scans_not_read()
    nothing = reasons.no_text_in_pictures()
    broken = [failure for failure in failures if failure.code != nothing.code]
    return reasons.page_unread(broken[0]) if broken else nothing


def with_texts(extracted: Extracted, texts: dict[int, str]) -> Extracted:
    """These texts on their pages, below what stands there, and all that follows moved on."""
    joined = ""
    pages: list[tuple[int, int]] = []
    shifts: list[int] = []
    for number, (start, end) in enumerate(extracted.pages, start=1):
        parts = [extracted.text[start:end], texts.get(number, "")]
        shifts.append(len(joined) - start)
        page = BETWEEN_PAGES.join(filter(None, parts))
        pages.append((len(joined), len(joined) + len(page)))
        joined += page + BETWEEN_PAGES
    starts = [start for start, _ in extracted.pages]
    headings = [
        replace(one, start=one.start + shifts[max(0, bisect_right(starts, one.start) - 1)])
        for one in extracted.headings
    ]
    return replace(
        extracted,
        text=joined[: -len(BETWEEN_PAGES)],
        pages=pages,
        headings=headings,
        scans=(),
        recognised=tuple(number for number, text in texts.items() if text),
        unread=tuple(number for number in extracted.scans if number not in texts),
    )
