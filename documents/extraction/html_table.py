"""Cells become rows of text, whatever they span; tables that only lay a page out are undone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from documents.extraction import tables
from documents.extraction.html_blocks import Block

WIDEST_SPAN = 100
LONGEST_SPAN = 65_534  # as in the HTML standard, 4.9.11
MOST_COLUMNS = 1000
REPEATED = 60  # characters; a label beside several rows is said in each of them
LONGEST_LOOSE_CELL = 300  # of a table that marks no header; longer ones lay out a page
MOST_HEADERS = 3

Places = dict[int, str]


@dataclass
class Cell:
    columns: int = 1
    rows: int = 1
    is_header: bool = False
    blocks: list[Block] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(block.text for block in self.blocks)


@dataclass
class Grid:
    """A table while it is read. `is_layout` once something in it cannot stand in a cell."""

    is_layout: bool = False
    caption: list[Block] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    is_open: bool = False  # a cell takes what comes; outside of one it belongs to the caption

    def open_row(self) -> None:
        self.rows.append([])

    def open_cell(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        if not self.rows:
            self.open_row()
        columns = number(attributes.get("colspan"), WIDEST_SPAN)
        rows = number(attributes.get("rowspan"), LONGEST_SPAN)
        self.rows[-1].append(Cell(columns, rows, tag == "th"))
        self.is_open = True

    def close_cell(self) -> None:
        self.is_open = False

    def add(self, block: Block) -> None:
        self.is_layout |= block.is_code or block.level > 0
        (self.rows[-1][-1].blocks if self.is_open else self.caption).append(block)

    def blocks(self) -> Iterator[Block]:
        yield from self.caption
        if self._is_data():
            yield from self._table()
        else:
            yield from (block for row in self.rows for cell in row for block in cell.blocks)

    def _is_data(self) -> bool:
        self.rows = [row for row in self.rows if any(cell.blocks for cell in row)]
        cells = [cell for row in self.rows for cell in row]
        if self.is_layout or len(self.rows) < 2 or max(map(len, self.rows)) < 2:
            return False
        if any(cell.is_header for cell in cells):
            return True
        return all(
            len(cell.text) <= LONGEST_LOOSE_CELL and not any(b.is_item for b in cell.blocks)
            for cell in cells
        )

    def _table(self) -> Iterator[Block]:
        if len(self.rows[0]) == 1:  # one cell across all columns names the table
            yield from self.rows.pop(0)[0].blocks
        headers = len(list(takewhile(_is_header, self.rows[:MOST_HEADERS])))
        placed = list(_placed(self.rows, headers))
        header = _merged(placed[: max(1, headers)])
        body = placed[max(1, headers) :]
        begun = (column for column in header if header[column] != header.get(column - 1))
        columns = sorted(set(begun).union(*body))
        rows = ([places.get(column, "") for column in columns] for places in [header, *body])
        yield from map(Block, tables.blocks(rows))


def number(given: str | None, most: int) -> int:
    given = (given or "").strip()[:12]
    return max(1, min(int(given), most)) if given.isascii() and given.isdigit() else 1


def _is_header(row: list[Cell]) -> bool:
    return all(cell.is_header for cell in row)


def _placed(rows: list[list[Cell]], headers: int) -> Iterator[Places]:
    """Each row as column → text. Short words that span rows are said in each of them."""
    spanning: dict[int, tuple[int, str]] = {}  # column -> rows still covered, the words
    for number, row in enumerate(rows):
        places = {column: text for column, (_, text) in spanning.items() if text}
        covered = set(spanning)
        spanning = {c: (left - 1, text) for c, (left, text) in spanning.items() if left > 1}
        column = 0
        for cell in row:
            while column in covered:
                column += 1
            text = cell.text
            width = cell.columns if column + cell.columns <= MOST_COLUMNS else 1
            for place in range(column, column + width):
                first = place == column or number < headers
                if first and text:
                    places[place] = text
                if cell.rows > 1 and place < MOST_COLUMNS:
                    again = text if first and len(text) <= REPEATED else ""
                    spanning[place] = (cell.rows - 1, again)
            column += width
        yield places


def _merged(rows: list[Places]) -> Places:
    """Headers above one another as one: 2026 over Q1 is 2026 Q1."""
    header: Places = {}
    for places in rows:
        for column, text in places.items():
            above = header.get(column, "")
            header[column] = text if above in ("", text) else f"{above} {text}"
    return header
