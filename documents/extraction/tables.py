"""Rows become Markdown tables that stay useful when cut: every block has the header above it.

A row too wide for that becomes a record, "Header: value; …", over several lines if need be, each
opening with the row's first cell.
"""

from collections.abc import Iterable, Iterator, Sequence

from language.sentences import sentences
from language.tokens import estimate_tokens

BLOCK = 280  # tokens: a chunk holds about 300, its section's path aside (documents.chunking)
WIDEST_HEADER = 120
LONGEST_LABEL = 40
LINES_TOGETHER = 100  # of records, so that a long table comes out bit by bit

Row = Sequence[str]


def markdown_table(rows: Iterable[Row]) -> str:
    return "\n\n".join(blocks(rows))


def blocks(rows: Iterable[Row]) -> Iterator[str]:
    """Paragraphs, made as the rows come; the first row that is not blank is the header."""
    filled = (row for row in map(_one_line_cells, rows) if any(row))
    header = next(filled, None)
    if header is None:
        return
    if _weight(header) > WIDEST_HEADER:
        yield from _records(header, filled)
    else:
        yield from _under_header(header, filled)


def _one_line_cells(row: Row) -> list[str]:
    return [" ".join(cell.split()) for cell in row]


def _under_header(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    empty = weight = _weight(header)
    block: list[Row] = []
    written = False
    for row in rows:
        more = estimate_tokens(_line(row))
        if block and weight + more > BLOCK:
            yield _block(header, block)
            written, block, weight = True, [], empty
        if empty + more > BLOCK:
            yield "\n".join(_record(header, row))
            written = True
        else:
            block.append(row)
            weight += more
    if block or not written:
        yield _block(header, block)


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


def _records(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    lines: list[str] = []
    for row in rows:
        lines += _record(header, row)
        if len(lines) >= LINES_TOGETHER:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _record(header: Row, row: Row) -> Iterator[str]:
    parts = list(_labelled(header, row))
    label = parts[0] if estimate_tokens(parts[0]) <= LONGEST_LABEL else ""
    line, weight = "", 0
    for part in parts:
        more = estimate_tokens(part) + 2
        if line and weight + more > BLOCK:
            yield "- " + line
            line, weight = label, estimate_tokens(label)
        line = f"{line}; {part}" if line else part
        weight += more
    yield "- " + line


def _labelled(header: Row, row: Row) -> Iterator[str]:
    for number, cell in enumerate(row):
        name = header[number] if number < len(header) else ""
        for part in _parts(cell):
            yield f"{name}: {part}" if name else part


def _parts(cell: str) -> list[str]:
    """The cell; one that fills a block by itself comes by its sentences."""
    if not cell:
        return []
    if len(cell) < BLOCK or estimate_tokens(cell) <= BLOCK // 2:
        return [cell]
    return [cell[start:end] for start, end in sentences(cell)]
