"""ODT to Markdown-like text in document order, one block of the body at a time."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from documents.extraction.cleaning import clean
from documents.extraction.limits import Limits
from documents.extraction.odf import (
    BOX,
    CONTENT,
    HEADING,
    OFFICE,
    PARAGRAPH,
    TABLE,
    TEXT,
    lines,
    odf_archive,
    rows_of,
    title_of,
    words,
)
from documents.extraction.result import ODT, Extracted
from documents.extraction.tables import blocks
from documents.extraction.writing import Writer
from documents.extraction.xml_parts import drop, events

BODY, GRID, LIST = OFFICE + "text", TABLE + "table", TEXT + "list"
ROW = TABLE + "table-row"
NOTE_BODY = TEXT + "note-body"
ITEMS = {TEXT + "list-item", TEXT + "list-header"}
BLOCKS = (PARAGRAPH, HEADING, LIST, GRID)


def parse(path: Path, limits: Limits) -> Extracted:
    with odf_archive(path, ODT, limits) as archive:
        body = Body(Writer(limits))
        for block in _blocks(archive, limits):
            body.add(block)
        return body.writer.finish(ODT, title_of(archive, limits, ODT))


def _blocks(archive: zipfile.ZipFile, limits: Limits) -> Iterator[Any]:
    for _, element in events(archive, CONTENT, limits, kind=ODT, events=("end",), tag=BLOCKS):
        parent = element.getparent()
        if parent is not None and _stands_in_body(parent):
            yield element
            drop(element)


def _stands_in_body(parent: Any) -> bool:
    """Sections nest. A table of contents repeats headings, tracked changes keep deleted text."""
    while parent is not None and parent.tag == TEXT + "section":
        parent = parent.getparent()
    return parent is not None and parent.tag == BODY


@dataclass
class Body:
    writer: Writer

    def add(self, block: Any) -> None:
        if block.tag == GRID:
            self._table(block)
        elif block.tag == LIST:
            self._list(block, 0)
        else:
            self._paragraph(block)

    def _paragraph(self, element: Any, level: int | None = None) -> None:
        text = clean(words(element)).strip()
        if text and element.tag == HEADING:
            outline = int(element.get(TEXT + "outline-level") or 1)
            self.writer.heading(outline, " ".join(text.split()))
        elif text and level is not None:
            self.writer.list_line(level, text)
        else:
            self.writer.paragraph(text)
        for box in element.iter(BOX):
            for line in lines(box):
                self.writer.paragraph(clean(line))
        self._notes(element)

    def _notes(self, element: Any) -> None:
        for note in element.iter(NOTE_BODY):
            self.writer.paragraph(clean(" ".join(lines(note))))

    def _list(self, element: Any, level: int) -> None:
        for item in element.iterchildren(*ITEMS):
            for child in item.iterchildren(*BLOCKS):
                if child.tag == LIST:
                    self._list(child, level + 1)
                elif child.tag == GRID:
                    self._table(child)
                else:
                    self._paragraph(child, level)

    def _table(self, table: Any) -> None:
        rows = chain.from_iterable(rows_of(row, ODT) for row in _own_rows(table))
        for block in blocks(rows):
            self.writer.paragraph(clean(block))
        self._notes(table)


def _own_rows(table: Any) -> Iterator[Any]:
    """A table inside a cell is read as that cell's words."""
    for row in table.iter(ROW):
        if next(row.iterancestors(GRID)) is table:
            yield row
