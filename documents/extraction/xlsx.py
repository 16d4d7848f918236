"""XLSX sheet by sheet in one pass over the XML, cells as a person sees them.

Libraries lay a sheet out as a full grid: two cells in opposite corners then take gigabytes.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.extraction import reasons, sheets
from documents.extraction.archive import opened
from documents.extraction.limits import Limits
from documents.extraction.packages import Link, link_id, links, main_part
from documents.extraction.result import XLSX, Extracted
from documents.extraction.xlsx_cells import Cells, Formats, read_formats, words
from documents.extraction.xml_parts import drop, events, faults_told, title_of, tree

LETTERS = re.compile("[A-Z]{1,3}")


def parse(path: Path, limits: Limits) -> Extracted:
    with opened(path, XLSX) as archive, faults_told(XLSX):
        main = main_part(archive, "xl/workbook.xml", limits, XLSX)
        workbook = tree(archive, main, limits, XLSX)
        if workbook is None:
            raise reasons.damaged(XLSX, f"{main} is missing")
        cells = Cells(_shared_strings(archive, limits), _formats(archive, workbook, limits))
        linked = links(archive, main, limits, XLSX)
        parts = _visible(workbook, linked)
        rows = ((name, _rows(archive, part, cells, limits)) for name, part in parts)
        return sheets.written(rows, XLSX, limits, title_of(archive, limits, XLSX))


def _formats(archive: zipfile.ZipFile, workbook: Any, limits: Limits) -> Formats:
    properties = workbook.find("{*}workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return read_formats(tree(archive, "xl/styles.xml", limits, XLSX), since_1904)


def _visible(workbook: Any, linked: dict[str, Link]) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet; what was hidden was not meant to be shown."""
    for sheet in workbook.iter("{*}sheet"):
        link = linked.get(link_id(sheet))
        if link and link.kind == "worksheet" and sheet.get("state", "visible") == "visible":
            yield sheet.get("name", ""), link.part


def _shared_strings(archive: zipfile.ZipFile, limits: Limits) -> list[str]:
    name = "xl/sharedStrings.xml"
    strings: list[str] = []
    if name not in archive.NameToInfo:
        return strings
    length = 0
    for _, element in events(archive, name, limits, kind=XLSX, events=("end",), tag="{*}si"):
        strings.append(words(element))
        length += len(strings[-1])
        if length > limits.text_chars:
            raise reasons.too_large_text(limits)
        drop(element)
    return strings


def _rows(archive: zipfile.ZipFile, part: str, cells: Cells, limits: Limits) -> Iterator[list[str]]:
    """Rows from top to bottom, a blank one for any number that are not there."""
    if part not in archive.NameToInfo:
        raise reasons.damaged(XLSX, f"{part} is missing")
    above = 0
    for _, row in events(archive, part, limits, kind=XLSX, events=("end",), tag="{*}row"):
        number = int(row.get("r") or above + 1)
        if number > above + 1:
            yield []
        above = number
        yield _row(row, cells)
        drop(row)


def _row(row: Any, cells: Cells) -> list[str]:
    texts: list[str] = []
    for cell in row.iterchildren("{*}c"):
        column = _column(cell.get("r") or "", len(texts))
        if (text := cells.text(cell)) and column < sheets.MOST_COLUMNS:
            texts += [""] * (column + 1 - len(texts))
            texts[column] = text
    return texts


def _column(reference: str, following: int) -> int:
    """From 0: "C7" is 2; without a reference the cell follows the one before it."""
    letters = LETTERS.match(reference)
    if letters is None:
        return following
    column = 0
    for letter in letters[0]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
