"""An XLS by hand: BIFF8 records ([MS-XLS] 2.4) in one stream of a compound file."""

import struct

from documents.tests.samples import ole

GLOBALS, SHEET = 0x0005, 0x0010


def xls(*, password: bool = False) -> bytes:
    rows = [["Item", "Price", "City"], ["Widget", 3.0, "กรุงเทพ"], ["Bolt", 2.5, "Köln"]]
    sheet = _record(0x809, struct.pack("<HHHHII", 0x0600, SHEET, 0, 0, 0, 0))
    sheet += b"".join(
        _cell(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    sheet += _record(0x0A)
    lock = _record(0x2F, struct.pack("<HHH", 0, 1, 1)) if password else b""
    opening = _record(0x809, struct.pack("<HHHHII", 0x0600, GLOBALS, 0, 0, 0, 0)) + lock
    name = b"Stock"
    end = _record(0x0A)
    place = len(opening) + 4 + 8 + len(name) + len(end)
    bound = _record(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    return ole(Workbook=opening + bound + end + sheet)


def _cell(row: int, column: int, value: float | str) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x204, place + struct.pack("<HB", len(value), 1) + text)
    return _record(0x203, place + struct.pack("<d", value))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
