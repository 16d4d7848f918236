"""ODS sheet by sheet, row by row. A row may stand for a billion like it; blank ones count once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.extraction import sheets
from documents.extraction.limits import Limits
from documents.extraction.odf import CONTENT, TABLE, odf_archive, rows_of, title_of
from documents.extraction.result import ODS, Extracted
from documents.extraction.xml_parts import drop, events

Stream = Iterator[tuple[str, Any]]
SHEET, ROW = TABLE + "table", TABLE + "table-row"
STYLE_NS = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
STYLE = STYLE_NS + "style"


def parse(path: Path, limits: Limits) -> Extracted:
    with odf_archive(path, ODS, limits) as archive:
        tags = (STYLE, SHEET, ROW)
        stream = events(archive, CONTENT, limits, kind=ODS, events=("start", "end"), tag=tags)
        title = title_of(archive, limits, ODS)
        return sheets.written(_visible(stream, limits), ODS, limits, title)


def _visible(stream: Stream, limits: Limits) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Styles come before the sheets; one of them may hide a sheet."""
    hidden = set()
    for event, element in stream:
        if element.tag == STYLE and event == "end":
            properties = element.find(STYLE_NS + "table-properties")
            if properties is not None and properties.get(TABLE + "display") == "false":
                hidden.add(element.get(STYLE_NS + "name"))
        elif element.tag == SHEET and event == "start":
            rows = _rows(stream, element)
            if element.get(TABLE + "style-name") not in hidden:
                yield element.get(TABLE + "name") or "", rows
            for _ in rows:  # to the end of this sheet
                pass


def _rows(stream: Stream, sheet: Any) -> Iterator[list[str]]:
    for event, element in stream:
        if event == "end" and element is sheet:
            drop(element)
            return
        if event == "end" and element.tag == ROW:
            yield from rows_of(element, ODS)
            drop(element)
