"""CSV and TSV in any encoding; what separates the cells is found out from the text."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from documents.extraction import sheets, text
from documents.extraction.limits import Limits
from documents.extraction.result import CSV, Extracted

SEPARATORS = ",;\t|"
SAMPLE_CHARS = 100_000
SAMPLE_ROWS = 200
# No cell holds so many lines: a quotation mark that nobody closed swallows the rows after it.
MOST_LINES = 200
# Excel's own line, which says what separates.
STATED = re.compile(r"sep=([,;\t|:])\n", re.IGNORECASE)


def parse(path: Path, limits: Limits) -> Extracted:
    content = text.read(path, limits)
    csv.field_size_limit(limits.text_chars)
    stated = STATED.match(content)
    if stated:
        content = content[stated.end() :]
    separator = stated[1] if stated else separator_of(content[:SAMPLE_CHARS])
    quoting: Literal[0, 3] = (
        csv.QUOTE_MINIMAL if _quotes_close(content, separator) else csv.QUOTE_NONE
    )
    return sheets.written([("", _rows(content, separator, quoting))], CSV, limits)


def separator_of(sample: str) -> str:
    """The one that cuts most rows into the same number of cells, more than one; else a comma."""
    return max(SEPARATORS, key=lambda separator: _evenness(sample, separator))


def _evenness(sample: str, separator: str) -> tuple[float, int]:
    rows = islice(_rows(sample, separator, csv.QUOTE_MINIMAL), SAMPLE_ROWS)
    widths = Counter(len(row) for row in rows if any(row))
    # Sheets end rows early or begin with a title, so that the widest common width counts.
    width, count = max(widths.items(), key=lambda found: (found[0] > 1, found[1]), default=(1, 0))
    return (count / widths.total(), width) if width > 1 else (0.0, 0)


def _quotes_close(content: str, separator: str) -> bool:
    reader = csv.reader(_lines(content), delimiter=separator)
    before = 0
    for _ in reader:
        if reader.line_num - before > MOST_LINES:
            return False
        before = reader.line_num
    return True


def _rows(content: str, separator: str, quoting: Literal[0, 3]) -> Iterator[list[str]]:
    return csv.reader(_lines(content), delimiter=separator, quoting=quoting, skipinitialspace=True)


def _lines(content: str) -> Iterator[str]:
    """With their ends, one by one: a list of them all would double the text."""
    start = 0
    while start < len(content):
        end = content.find("\n", start) + 1 or len(content)
        yield content[start:end]
        start = end
