"""Rows become Markdown tables that stay useful when cut: every block has the header above it.

A row too wide for that becomes a record, "Header: value; …", over several lines if need be, each
opening with the row's first cell.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from language.sentences import sentences
from language.tokens import estimate_tokens

BLOCK = 320  # tokens: documents.chunking leaves a paragraph of 340 whole
WIDEST_HEADER = 120
LONGEST_LABEL = 40
LONGEST_NAME = 120  # characters of a column's name
LINES_TOGETHER = 100  # of records, so that a long table comes out bit by bit

Row = Sequence[str]


def markdown_table(rows: Iterable[Row]) -> str:
    return "\n\n".join(blocks(rows))


def blocks(rows: Iterable[Row]) -> Iterator[str]:
    """Paragraphs, made as the rows come; the first row that is not blank is the header."""
    table: Table | None = None
    for row in rows:
        if table is not None:
            yield from table.add(row)
        elif any(map(str.strip, row)):
            table = Table(row)
    if table is not None:
        yield from table.close()


class Table:
    """One header and the rows under it; gives out a paragraph whenever one is full."""

    def __init__(self, header: Row) -> None:
        self.header = _one_line_cells(header)
        self._rows: list[Row] = []
        self._records: list[str] = []
        self._as_records = False
        self._bare = True
        if any(len(cell) > LONGEST_NAME for cell in self.header):
            # A table for the look of it, which has no header: its cells are text.
            self._records += _record([], self.header)
            self.header, self._as_records = [], True
        self._weight = self._head = _weight(self.header)

    def add(self, row: Row) -> Iterator[str]:
        row = _one_line_cells(row)
        if not any(row):
            return
        weight = estimate_tokens(_line(row))
        full = self._weight + weight > BLOCK
        if full and self._head > WIDEST_HEADER:
            self._turn_to_records()
        if self._as_records or self._head + weight > BLOCK:
            yield from self._flush_rows()
            self._records += _record(self.header, row)
            if len(self._records) >= LINES_TOGETHER:
                yield from self._flush_records()
            return
        yield from self._flush_records()
        if full:
            yield from self._flush_rows()
        self._rows.append(row)
        self._weight += weight

    def _turn_to_records(self) -> None:
        """The header would take up most of each block."""
        self._as_records = True
        for row in self._rows:
            self._records += _record(self.header, row)
        self._rows = []

    def close(self) -> Iterator[str]:
        yield from self._flush_records()
        if self._bare and not self._rows and self.header:
            yield _block(self.header, [])
        yield from self._flush_rows()

    def _flush_rows(self) -> Iterator[str]:
        if self._rows:
            yield _block(self.header, self._rows)
            self._rows, self._weight, self._bare = [], self._head, False

    def _flush_records(self) -> Iterator[str]:
        if self._records:
            yield "\n".join(self._records)
            self._records, self._bare = [], False


def _one_line_cells(row: Row) -> list[str]:
    return [" ".join(cell.split()) for cell in row]


def _weight(header: Row) -> int:
    """Tokens of the header and of the line under it."""
    return estimate_tokens(_line(header)) + estimate_tokens(_rule(header))


def _block(header: Row, rows: list[Row]) -> str:
    """Columns that are empty throughout are left out."""
    width = max(len(row) for row in [header, *rows])
    full = [[*row, *[""] * (width - len(row))] for row in [header, *rows]]
    kept = [number for number in range(width) if any(row[number] for row in full)]
    first, *others = [[row[number] for number in kept] for row in full]
    return "\n".join([_line(first), _rule(first), *map(_line, others)])


def _line(row: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _rule(header: Row) -> str:
    return "|" + " - |" * len(header)


class Part(NamedTuple):
    """A cell, or a piece of one, under the name of its column."""

    column: int
    name: str
    text: str

    @property
    def labelled(self) -> str:
        return f"{self.name}: {self.text}" if self.name else self.text


def _record(header: Row, row: Row) -> Iterator[str]:
    parts = list(_parts(header, row))
    label = _label(parts)
    line: list[Part] = []
    weight = 0
    for part in parts:
        more = estimate_tokens(part.labelled) + 2
        if line and weight + more > BLOCK:
            yield _joined(line)
            line, weight = [*label], LONGEST_LABEL
        line.append(part)
        weight += more
    yield _joined(line)


def _label(parts: list[Part]) -> list[Part]:
    """The first cell, if it is short, says on every line whose record that is."""
    first = parts[0]
    is_cut = any(part.column == first.column for part in parts[1:])
    return [] if is_cut or estimate_tokens(first.labelled) > LONGEST_LABEL else [first]


def _joined(line: list[Part]) -> str:
    text = "- " + line[0].labelled
    for before, part in pairwise(line):
        text += f" {part.text}" if part.column == before.column else f"; {part.labelled}"
    return text


def _parts(header: Row, row: Row) -> Iterator[Part]:
    """A cell that fills half a block comes by its sentences."""
    for column, cell in enumerate(row):
        name = header[column] if column < len(header) else ""
        if len(cell) > BLOCK // 2 and estimate_tokens(cell) > BLOCK // 2:
            yield from (Part(column, name, cell[start:end]) for start, end in sentences(cell))
        elif cell:
            yield Part(column, name, cell)
