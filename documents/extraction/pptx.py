"""PPTX slide by slide: title, texts, tables, diagrams and charts, then the speaker's notes.

Only the parts that hold words are opened; pictures stay packed.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.extraction import reasons
from documents.extraction.archive import opened
from documents.extraction.cleaning import clean
from documents.extraction.limits import Limits
from documents.extraction.packages import Link, link_id, links, main_part
from documents.extraction.pptx_shapes import (
    BODY,
    TITLES,
    Line,
    chart_rows,
    diagram_lines,
    lines,
    placeholder,
    shapes,
    table_rows,
)
from documents.extraction.result import PPTX, Extracted
from documents.extraction.tables import markdown_table
from documents.extraction.writing import Writer
from documents.extraction.xml_parts import faults_told, title_of, tree


def parse(path: Path, limits: Limits) -> Extracted:
    with opened(path, PPTX) as archive, faults_told(PPTX):
        main = main_part(archive, "ppt/presentation.xml", limits, PPTX)
        deck = Deck(archive, limits, Writer(limits))
        for number, part in enumerate(deck.slides(main), start=1):
            deck.add(number, part)
        extracted = deck.writer.finish(PPTX)
        extracted.title = title_of(archive, limits, PPTX) or deck.title
        return extracted


@dataclass
class Deck:
    archive: zipfile.ZipFile
    limits: Limits
    writer: Writer
    title: str = ""  # of the first slide that has one

    def slides(self, main: str) -> Iterator[str]:
        """Their parts in the order they are shown."""
        linked = self._links(main)
        for slide in self._tree(main).iter("{*}sldId"):
            link = linked.get(link_id(slide))
            if link and link.kind == "slide":
                yield link.part

    def add(self, number: int, part: str) -> None:
        self.writer.page()
        slide = self._tree(part)
        if slide.get("show") in {"0", "false"}:  # hidden: not meant to be shown
            return
        linked = self._links(part)
        found = list(shapes(slide))
        titles = [shape for shape in found if placeholder(shape) in TITLES]
        title = clean(" ".join(line.text for shape in titles for line in lines(shape)))
        parts = [
            part for shape in found if shape not in titles for part in self._parts(shape, linked)
        ]
        notes = [note for link in linked.values() for note in self._notes(link)]
        if title or parts or notes:
            self.title = self.title or title
            self.writer.heading(1, f"Slide {number}: {title}" if title else f"Slide {number}")
        self._write(parts)
        if notes:
            self.writer.heading(2, "Notes")
            self._write(notes)

    def _parts(self, shape: Any, linked: dict[str, Link]) -> Iterator[Line | str]:
        """Lines of text, and tables as they are written."""
        yield from lines(shape)
        if rows := table_rows(shape):
            yield markdown_table(rows)
        for reference in shape.iter("{*}chart", "{*}relIds"):
            link = linked.get(reference.get(f"{{{reference.nsmap['r']}}}dm") or link_id(reference))
            if link and link.kind == "chart":
                yield markdown_table(chart_rows(self._tree(link.part)))
            elif link and link.kind == "diagramData":
                yield from diagram_lines(self._tree(link.part))

    def _notes(self, link: Link) -> Iterator[Line]:
        if link.kind == "notesSlide":
            for shape in shapes(self._tree(link.part)):
                if placeholder(shape) == BODY:
                    yield from (Line(line.text) for line in lines(shape))

    def _write(self, parts: Sequence[Line | str]) -> None:
        for part in parts:
            if isinstance(part, str):
                self.writer.paragraph(clean(part))
            elif part.level is None:
                self.writer.paragraph(clean(part.text))
            else:
                self.writer.list_line(part.level, clean(part.text))

    def _tree(self, part: str) -> Any:
        root = tree(self.archive, part, self.limits, PPTX)
        if root is None:
            raise reasons.damaged(PPTX, f"{part} is missing")
        return root

    def _links(self, part: str) -> dict[str, Link]:
        return links(self.archive, part, self.limits, PPTX)
