"""Puts an extracted text together and notes where its headings and pages stand."""

from dataclasses import dataclass, field

from documents.extraction import reasons
from documents.extraction.formats import FORMATS
from documents.extraction.limits import Limits
from documents.extraction.result import Extracted, Heading

DEEPEST = 6


@dataclass
class Writer:
    limits: Limits
    parts: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    page_starts: list[int] = field(default_factory=list)
    length: int = 0
    in_list: bool = False

    def heading(self, level: int, title: str) -> None:
        level = max(1, min(level, DEEPEST))
        self.paragraph("#" * level + " " + title)
        self.headings.append(Heading(self.length - len(self.parts[-1]), level, title))

    def list_line(self, level: int, text: str) -> None:
        self.line("  " * level + "- " + text)

    def line(self, text: str) -> None:
        """Close to the line before it, if that was one too."""
        self._write(text, in_list=True)

    def paragraph(self, text: str) -> None:
        self._write(text)

    def page(self) -> None:
        """What follows is on a new page."""
        if self.page_starts:
            self.in_list = False
            self._append("\n\n")
        self.page_starts.append(self.length)

    def finish(self, kind: str, title: str = "", *, may_be_empty: bool = False) -> Extracted:
        text = "".join(self.parts)
        if not may_be_empty and (not text or text.isspace()):
            raise reasons.no_text(FORMATS[kind].name)
        ends = [*(start - 2 for start in self.page_starts[1:]), len(text)]
        pages = list(zip(self.page_starts, ends, strict=True)) if self.page_starts else []
        if not title and self.headings:
            title = self.headings[0].title
        return Extracted(kind, text, pages=pages, headings=self.headings, title=title)

    def _write(self, text: str, *, in_list: bool = False) -> None:
        if not text:
            return
        if self.parts and self.length not in self.page_starts[-1:]:
            self._append("\n" if in_list and self.in_list else "\n\n")
        self._append(text)
        self.in_list = in_list

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        if self.length > self.limits.text_chars:
            raise reasons.too_large_text(self.limits)
