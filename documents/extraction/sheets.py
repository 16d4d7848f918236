"""What a spreadsheet's rows are: words above a table, a header, records, another table below."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from documents.extraction.cleaning import clean
from documents.extraction.limits import Limits
from documents.extraction.result import Extracted
from documents.extraction.tables import Table
from documents.extraction.writing import Writer

NUMBER = re.compile(r"[^\w\s]{0,2}\s?\d[\d.,:/\s-]*[^\w\s]{0,2}$")
YEAR = re.compile(r"(?:1[89]|2[0-5])\d\d$")
MOST_COLUMNS = 16_384  # of Excel and LibreOffice

Row = Sequence[str]


def written(
    sheets: Iterable[tuple[str, Iterable[Row]]], kind: str, limits: Limits, title: str = ""
) -> Extracted:
    """Each sheet under its name; sheets without words are left out."""
    writer = Writer(limits)
    for name, rows in sheets:
        heading = " ".join(clean(name).split())
        for text in paragraphs(rows):
            if heading:
                writer.heading(1, heading)
                heading = ""
            writer.paragraph(clean(text))
    extracted = writer.finish(kind)
    extracted.title = title  # the file's name says more than "Sheet1"
    return extracted


def paragraphs(rows: Iterable[Row]) -> Iterator[str]:
    """Tables by blocks; a lone cell where no table runs is a line of words."""
    reader = Reader()
    for row in rows:
        yield from reader.add([" ".join(cell.split()) for cell in row])
    yield from reader.close()


@dataclass
class Reader:
    table: Table | None = None
    open: bool = False
    gap: bool = False
    numbers: bool = False

    def add(self, row: Row) -> Iterator[str]:
        filled = len(row) - row.count("")
        if not filled:
            self.gap = True
            return
        if self.gap and self.open and (filled == 1 or self._is_new_header(row)):
            yield from self.close()
        self.gap = False
        if not self.open and filled == 1:
            yield "".join(row)
        elif self.open and self.table is not None:
            yield from self.table.add(row)
            self.numbers = self.numbers or any(map(NUMBER.match, row))
        else:
            yield from self._begin(row)

    def close(self) -> Iterator[str]:
        if self.open and self.table is not None:
            self.open = False
            yield from self.table.close()

    def _begin(self, row: Row) -> Iterator[str]:
        """Rows below a line of words go on with the last header unless they bring one."""
        self.open = True
        if self._is_new_header(row):
            self.table, self.numbers = Table(row), False
        else:
            if self.table is None:
                self.table = Table([f"Column {number}" for number in range(1, len(row) + 1)])
            yield from self.table.add(row)
            self.numbers = True

    def _is_new_header(self, row: Row) -> bool:
        if not is_header(row):
            return False
        return self.table is None or self.numbers or _columns(row) != _columns(self.table.header)


def is_header(row: Row) -> bool:
    """Names only; years may be names."""
    return not any(NUMBER.match(cell) and not YEAR.match(cell) for cell in row)


def _columns(row: Row) -> list[int]:
    return [number for number, cell in enumerate(row) if cell]
