"""DOCX to Markdown-like text, in document order, in one pass over the XML.

lxml reads the few parts that hold text, paragraph by paragraph, and each is dropped once
written: a whole document tree, as python-docx builds it, takes ten times the file.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from documents.extraction import reasons
from documents.extraction.archive import opened
from documents.extraction.cleaning import clean
from documents.extraction.docx_styles import Styles, W, read_styles
from documents.extraction.docx_text import paragraph_text, table_text, take_boxes
from documents.extraction.limits import Limits
from documents.extraction.result import DOCX, Extracted, Heading
from documents.extraction.xml_parts import events, faults_told, tree

DOCUMENT = "word/document.xml"
PARAGRAPH, TABLE = W + "p", W + "tbl"
NOTE_REFERENCES = (W + "footnoteReference", W + "endnoteReference")
HOLDERS = {W + "body", W + "sdtContent", W + "sdt", W + "customXml", W + "ins", W + "document"}
TITLE = "{http://purl.org/dc/elements/1.1/}title"


def parse(path: Path, limits: Limits) -> Extracted:
    with opened(path, DOCX) as archive, faults_told(DOCX):
        if DOCUMENT not in archive.namelist():
            raise reasons.damaged(DOCX, f"{DOCUMENT} is missing")
        extracted = _read(archive, limits)
    if not extracted.text:
        raise reasons.no_text("DOCX")
    return extracted


def _read(archive: zipfile.ZipFile, limits: Limits) -> Extracted:
    writer = Writer(limits, read_styles(tree(archive, "word/styles.xml", limits, DOCX)))
    notes = _notes(archive, limits)
    for element in _blocks(archive, limits):
        writer.add(element, notes)
    extracted = writer.finish()
    first = extracted.headings[0].title if extracted.headings else ""
    extracted.title = _title(archive, limits) or first
    return extracted


def _blocks(archive: zipfile.ZipFile, limits: Limits) -> Iterator[Any]:
    """Paragraphs and tables of the body; those inside a table or text box belong to it."""
    tags = (PARAGRAPH, TABLE)
    for _, element in events(archive, DOCUMENT, limits, kind=DOCX, events=("end",), tag=tags):
        parent = element.getparent()
        if parent is None or not _stands_in_body(parent):
            continue
        yield element
        element.clear()
        while element.getprevious() is not None:
            del parent[0]


def _stands_in_body(parent: Any) -> bool:
    while parent is not None and parent.tag in HOLDERS:
        parent = parent.getparent()
    return parent is None


def _notes(archive: zipfile.ZipFile, limits: Limits) -> dict[tuple[str, str], str]:
    """Footnotes and endnotes by the tag and id that refer to them."""
    notes: dict[tuple[str, str], str] = {}
    for kind in ("footnote", "endnote"):
        root = tree(archive, f"word/{kind}s.xml", limits, DOCX)
        for note in root.iter(W + kind) if root is not None else ():
            text = " ".join(paragraph_text(note).split())
            notes[W + kind + "Reference", note.get(W + "id")] = text
    return notes


def _title(archive: zipfile.ZipFile, limits: Limits) -> str:
    root = tree(archive, "docProps/core.xml", limits, DOCX)
    title = clean(root.findtext(TITLE) or "") if root is not None else ""
    title = " ".join(title.split())
    # python-docx and some exporters leave the name of their template there.
    return title if 3 <= len(title) <= 200 and title != "Word Document" else ""


@dataclass
class Writer:
    limits: Limits
    styles: Styles
    parts: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    length: int = 0
    in_list: bool = False

    def add(self, element: Any, notes: dict[tuple[str, str], str]) -> None:
        if element.tag == TABLE:
            self._write(clean(table_text(element)).strip("\n"))
            return
        boxes = take_boxes(element)
        self._paragraph(element)
        for box in boxes:
            self._write(clean(paragraph_text(box)).strip())
        for reference in element.iter(NOTE_REFERENCES):
            self._write(clean(notes.get((reference.tag, reference.get(W + "id")), "")))

    def finish(self) -> Extracted:
        return Extracted(DOCX, "".join(self.parts), headings=self.headings)

    def _paragraph(self, element: Any) -> None:
        text = clean(paragraph_text(element)).strip("\n ")
        if not text or text.isspace():
            return
        style = self.styles.of(element)
        if style.heading:
            title = " ".join(text.split())
            self._write("#" * style.heading + " " + title)
            self.headings.append(Heading(self.length - len(self.parts[-1]), style.heading, title))
        elif style.list_level is not None:
            self._write("  " * style.list_level + "- " + text, in_list=True)
        else:
            self._write(text)

    def _write(self, text: str, *, in_list: bool = False) -> None:
        if not text:
            return
        if self.parts:
            gap = "\n" if in_list and self.in_list else "\n\n"
            self.parts.append(gap)
            self.length += len(gap)
        self.parts.append(text)
        self.length += len(text)
        self.in_list = in_list
        if self.length > self.limits.text_chars:
            raise reasons.too_large_text(self.limits)
