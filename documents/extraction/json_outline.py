"""Values of JSON under headings: single values first, then each part below its own heading."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from documents.extraction import tables
from documents.extraction.cleaning import clean
from documents.extraction.writing import DEEPEST, Writer

LONGEST_CELL = 300
LONGEST_LIST = 300  # characters of an array told in one line
LONGEST_TITLE = 120
SMALL = 8  # keys of an object told in lines of the one around it
ROWS_TOGETHER = 500  # whose keys make one header
MOST_COLUMNS = 60
SHORT = 20
WORDS_TOGETHER = 20
LINES_CHARS = 800  # of a paragraph of lines
LABELS = ("title", "name", "label", "subject", "question", "id", "key")


class Object(list[tuple[str, Any]]):
    """An object as its pairs, in order, repeated keys and all."""


class Outline:
    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._rows: list[dict[str, Any]] = []  # of the table under way
        self._columns: dict[str, None] = {}
        self._words: list[str] = []  # of the line under way

    def value(self, value: Any, level: int = 1, name: str = "") -> None:
        if isinstance(value, Object):
            self.object(value, level, name)
        elif isinstance(value, list):
            self.array(value, level, name)
        else:
            self.writer.paragraph(_spoken(value))

    def object(self, pairs: Object, level: int = 1, name: str = "") -> None:
        lines: list[str] = []
        parts: list[tuple[str, Any]] = []
        for key, value in pairs:
            told = _told(clean(key), value)
            if told is None:
                parts.append((clean(key), value))
            else:
                lines += told
        self._paragraphs(lines)
        for key, value in parts:
            # Below the deepest heading the path goes into its title.
            title = f"{name}.{key}" if level > DEEPEST and name else key
            self._part(title, value, level)

    def array(self, values: Iterable[Any], level: int = 1, name: str = "") -> None:
        for number, value in enumerate(values, start=1):
            if _is_row(value):
                self._end_line()
                self._row(dict(value))
                continue
            self._end_table()
            line = _line(value)
            if line is None:
                self._end_line()
                self._part(_numbered(name, number, value), value, level)
            elif line and not isinstance(value, list) and len(line) <= SHORT:
                self._word(line)
            elif line:
                self._end_line()
                self.writer.list_line(0, line)
        self._end_table()
        self._end_line()

    def _row(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self._columns |= dict.fromkeys(row)
        if len(self._rows) >= ROWS_TOGETHER or len(self._columns) >= MOST_COLUMNS:
            self._end_table()

    def _end_table(self) -> None:
        rows, columns = self._rows, list(self._columns)
        self._rows, self._columns = [], {}
        if rows:
            header = [clean(column) or "…" for column in columns]
            cells = ([_spoken(row.get(column)) for column in columns] for row in rows)
            for block in tables.blocks([header, *cells]):
                self.writer.paragraph(block)

    def _word(self, word: str) -> None:
        """Numbers and the like share a line."""
        self._words.append(word)
        if len(self._words) >= WORDS_TOGETHER:
            self._end_line()

    def _end_line(self) -> None:
        words, self._words = self._words, []
        if words:
            self.writer.list_line(0, ", ".join(words))

    def _part(self, title: str, value: Any, level: int) -> None:
        title = " ".join(title.split())[:LONGEST_TITLE]
        self.writer.heading(level, title or "…")
        self.value(value, level + 1, title)

    def _paragraphs(self, lines: list[str]) -> None:
        rest = iter(lines)
        while line := next(rest, None):
            together = [line]
            while len(line) < LINES_CHARS and (following := next(rest, None)) is not None:
                together.append(following)
                line += following
            self.writer.paragraph("\n".join(together))


def _told(key: str, value: Any) -> list[str] | None:
    """The lines that tell a value, None if it needs a heading of its own."""
    if not isinstance(value, list):
        spoken = _spoken(value)
        gap = "\n" if "\n" in spoken else " "
        return [f"{key}:{gap}{spoken}"] if spoken else []
    if isinstance(value, Object):
        if len(value) <= SMALL and _is_row(value):
            return [f"{key}.{clean(k)}: {_spoken(v)}" for k, v in value if _spoken(v)]
        return None if value else []
    line = _line(value)
    return None if line is None else [f"{key}: {line}"] if line else []


def _line(value: Any) -> str | None:
    """A single value, or an array of short ones, as one line; None where that does not do."""
    if not isinstance(value, list):
        return _spoken(value)
    if isinstance(value, Object) or any(isinstance(one, list) for one in islice(value, 1000)):
        return None
    if len(value) > LONGEST_LIST:
        return None
    line = ", ".join(map(_spoken, value))
    return line if len(line) <= LONGEST_LIST and "\n" not in line else None


def _is_row(value: Any) -> bool:
    """An object that can stand in a table."""
    if not isinstance(value, Object) or not value:
        return False
    if len({key for key, _ in value}) < len(value):
        return False
    return all(_is_cell(inside) for _, inside in value)


def _is_cell(value: Any) -> bool:
    if isinstance(value, list):
        return False
    return not isinstance(value, str) or (len(value) <= LONGEST_CELL and "\n" not in value)


def _numbered(name: str, number: int, value: Any) -> str:
    title = f"{name} {number}".strip()
    given = dict(value) if isinstance(value, Object) else {}
    label = next((given[key] for key in LABELS if isinstance(given.get(key), str)), "")
    return f"{title}: {label}" if label and "\n" not in label else title


def _spoken(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(value).strip()
