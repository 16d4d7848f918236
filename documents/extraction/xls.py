"""XLS, Excel's format until 2003, by calamine.

It lays a sheet out as a grid, which this format keeps small: 65,536 rows of 256 columns.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from documents.extraction import reasons, sheets
from documents.extraction.limits import Limits
from documents.extraction.result import XLS, Extracted
from documents.extraction.xlsx_cells import moment_text, plain

# The workbook's first record, its first sector's beginning, and then the one that says "encrypted".
ENCRYPTED = re.compile(rb"\x09\x08\x10\0\0\x06\x05\0.{12}\x2f\0", re.DOTALL)
Cell = float | str | bool | date | datetime | time | timedelta


def parse(path: Path, limits: Limits) -> Extracted:
    if ENCRYPTED.search(path.read_bytes()):
        raise reasons.encrypted(XLS)  # calamine reads the oldest way of encrypting as nonsense
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return sheets.written(_visible(workbook), XLS, limits)
    except PasswordError as error:
        raise reasons.encrypted(XLS) from error
    except CalamineError as error:
        raise reasons.damaged(XLS, str(error)) from error


def _visible(workbook: CalamineWorkbook) -> Iterator[tuple[str, Iterator[list[str]]]]:
    for number, sheet in enumerate(workbook.sheets_metadata):
        if sheet.visible == SheetVisibleEnum.Visible:
            rows = workbook.get_sheet_by_index(number).iter_rows()
            yield sheet.name, (list(map(_text, row)) for row in rows)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        return plain(cell)
    if isinstance(cell, datetime):
        return moment_text(cell)
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return str(cell)
