"""Inline text gathers here until a block ends; then it is written under its marks and indents."""

import re

from documents.extraction.cleaning import clean
from documents.extraction.html_blocks import LONGEST_HEADING, Block, fenced, words
from documents.extraction.html_table import Grid

SPACES = re.compile(r"[ \t\n\r\f\xa0]{2,}|[\t\n\r\f\xa0]")
MOST_NESTED = 8  # levels of lists and quotes that are set in


class Flow:
    """`ready` holds the finished blocks; inside a table they go to its cells."""

    def __init__(self) -> None:
        self.ready: list[Block] = []
        self.grids: list[Grid] = []
        self.level = 0  # of the heading that is open
        self.in_term = False
        self._inline: list[str] = []
        self._code: list[str] = []  # languages of the preformatted elements that are open
        self._indent = ""
        self._mark = ""  # before the next block instead of the indent: "- ", "> ", a term
        self._outer: list[str] = []  # indents to go back to

    @property
    def in_code(self) -> bool:
        return bool(self._code)

    def text(self, text: str) -> None:
        self._inline.append(text if self._code else SPACES.sub(" ", text))

    def new_line(self) -> None:
        """At the end of a line of code, unless there is one."""
        if self._inline and not self._inline[-1].endswith("\n"):
            self._inline.append("\n")

    def open_mark(self, mark: str) -> None:
        self._inline.append(mark)

    def close_mark(self, opening: str, closing: str) -> None:
        if self._inline and self._inline[-1] is opening:
            self._inline.pop()  # nothing stands between them
        else:
            self._inline.append(closing)

    def break_line(self) -> None:
        self._inline.append("\n")

    def flush(self) -> None:
        """End the block under way."""
        text = words(self._inline) if self._inline else ""
        self._inline.clear()
        if not text:
            return
        if self.level and len(text) <= LONGEST_HEADING and ">" not in self._indent:
            self._settle()
            self._indent = ""
            self._emit(Block(" ".join(text.replace("`", "").split()), self.level))
        elif self.in_term:
            self._mark = (self._mark or self._indent) + " ".join(text.split()) + "\n"
        else:
            self._write(text)
        self.level = 0

    def open_item(self, mark: str) -> None:
        self._settle()
        self._enclose(self._indent + mark, " " * len(mark))

    def open_quote(self) -> None:
        self._enclose((self._mark or self._indent) + "> ", "> ")

    def open_definition(self) -> None:
        self._enclose(self._mark + self._indent + ": ", "  ")

    def release(self) -> None:
        """Out of the item, quote or definition."""
        self.end_terms()
        self._indent = self._outer.pop()

    def end_terms(self) -> None:
        self.in_term = False
        self._settle()

    def _enclose(self, mark: str, indent: str) -> None:
        self._outer.append(self._indent)
        self._mark = mark
        if len(self._outer) <= MOST_NESTED:
            self._indent += indent

    def _settle(self) -> None:
        """No text will follow the mark here; a term in it is told all the same."""
        mark, self._mark = self._mark, ""
        if "\n" in mark:
            self._emit(Block(mark.rstrip(": \n")))

    def open_code(self, language: str) -> None:
        if not self._code:
            self.flush()
            self._settle()
        self._code.append(language)

    def close_code(self) -> None:
        language = self._code.pop()
        if self._code:
            return
        code = clean("".join(self._inline)).strip("\n").rstrip()
        self._inline.clear()
        if code:
            # At the left edge also in a list: that is where the chunker looks for fences.
            self._emit(Block(fenced(code, language), is_code=True))

    def code_language(self, language: str) -> None:
        self._code[-1] = self._code[-1] or language

    def open_table(self, *, is_layout: bool) -> None:
        self.flush()
        self._settle()
        self._outer.append(self._indent)
        self._indent = ""
        for grid in self.grids[-1:]:
            grid.is_layout = True
        self.grids.append(Grid(is_layout))

    def close_table(self) -> None:
        self.flush()
        self.release()
        for block in self.grids.pop().blocks():
            self._emit(block)

    def _write(self, text: str) -> None:
        first, self._mark = self._mark or self._indent, ""
        is_item = first != self._indent and not first.endswith((": ", "> "))
        lines = text.split("\n") if self._indent else [text]
        self._emit(Block(first + ("\n" + self._indent).join(lines), is_item=is_item))

    def _emit(self, block: Block) -> None:
        if self.grids:
            self.grids[-1].add(block)
        else:
            self.ready.append(block)
