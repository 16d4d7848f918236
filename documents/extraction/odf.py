"""What OpenDocument texts and spreadsheets have in common: words, rows, passwords, the title."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

from documents.extraction import reasons
from documents.extraction.archive import opened
from documents.extraction.limits import Limits
from documents.extraction.sheets import MOST_COLUMNS
from documents.extraction.xlsx_cells import plain
from documents.extraction.xml_parts import TITLE, faults_told, tree

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
PARAGRAPH, HEADING, BOX = TEXT + "p", TEXT + "h", DRAW + "text-box"
CONTENT = "content.xml"
# Not part of the words where they stand: notes, comments, boxes, readings above East Asian words.
APART = {TEXT + "note", OFFICE + "annotation", DRAW + "frame", TEXT + "ruby-text"}
APART |= {TEXT + "tracked-changes", OFFICE + "event-listeners", DRAW + "g"}
MOST_SPACES = 100
MOST_ROWS = 1_048_576  # of a LibreOffice sheet


@contextmanager
def odf_archive(path: Path, kind: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    with opened(path, kind) as archive, faults_told(kind):
        manifest = tree(archive, "META-INF/manifest.xml", limits, kind)
        if manifest is not None and manifest.find(".//{*}encryption-data") is not None:
            raise reasons.encrypted(kind)
        if CONTENT not in archive.NameToInfo:
            raise reasons.damaged(kind, f"{CONTENT} is missing")
        yield archive


def title_of(archive: zipfile.ZipFile, limits: Limits, kind: str) -> str:
    root = tree(archive, "meta.xml", limits, kind)
    title = " ".join((root.findtext(f".//{TITLE}") or "").split()) if root is not None else ""
    return title if 3 <= len(title) <= 200 else ""


def lines(element: Any) -> Iterator[str]:
    """The paragraphs inside, those in boxes after the paragraph they hang on."""
    for child in element:
        if child.tag in {PARAGRAPH, HEADING}:
            yield words(child)
            for box in child.iter(BOX):
                yield from lines(box)
        elif child.tag not in APART:
            yield from lines(child)


def words(element: Any) -> str:
    """The text of one paragraph; spaces, tabs and breaks are elements in ODF."""
    return "".join(_words(element)).strip(" ")


def _words(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == TEXT + "s":
            yield " " * min(int(child.get(TEXT + "c") or 1), MOST_SPACES)
        elif child.tag == TEXT + "tab":
            yield "\t"
        elif child.tag == TEXT + "line-break":
            yield "\n"
        elif child.tag not in APART and isinstance(child.tag, str):
            yield from _words(child)
        yield child.tail or ""


def rows_of(row: Any, kind: str) -> Iterator[list[str]]:
    """The row as often as it is shown; a blank one counts once."""
    cells = _cells(row, kind)
    repeated = _repeated(row, "rows") if cells else 1
    if repeated > MOST_ROWS:
        raise reasons.damaged(kind, f"{repeated} rows of the same")
    return repeat(cells, repeated)


def _cells(row: Any, kind: str) -> list[str]:
    """Texts of the cells, without empty ones at the end."""
    texts: list[str] = []
    gap = 0
    for cell in row.iterchildren(TABLE + "table-cell", TABLE + "covered-table-cell"):
        repeated = _repeated(cell, "columns")
        text = cell_text(cell)
        if not text:
            gap += repeated
            continue
        if len(texts) + gap + repeated > MOST_COLUMNS:
            raise reasons.damaged(kind, f"a row of more than {MOST_COLUMNS} cells")
        texts += [""] * gap + [text] * repeated
        gap = 0
    return texts


def _repeated(element: Any, what: str) -> int:
    return int(element.get(f"{TABLE}number-{what}-repeated") or 1)


def cell_text(cell: Any) -> str:
    """As shown, but dates and numbers the same way in every country."""
    kind = cell.get(OFFICE + "value-type")
    if kind == "date" and (value := cell.get(OFFICE + "date-value")):
        moment: str = value.replace("T", " ").removesuffix(" 00:00:00")
        return moment.removesuffix(":00") if moment.count(":") == 2 else moment
    if kind in {"float", "currency"} and (value := cell.get(OFFICE + "value")):
        return f"{plain(float(value))} {cell.get(OFFICE + 'currency') or ''}".strip()
    return "\n".join(filter(None, lines(cell)))
