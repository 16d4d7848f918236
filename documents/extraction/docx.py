"""DOCX to Markdown-like text, in document order, in one pass over the XML.

lxml reads the few parts that hold text, paragraph by paragraph, and each is dropped once
written: a whole document tree, as python-docx builds it, takes ten times the file.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.extraction import reasons
from documents.extraction.archive import opened
from documents.extraction.cleaning import clean
from documents.extraction.docx_styles import Styles, W, read_styles
from documents.extraction.docx_text import paragraph_text, table_text, take_boxes
from documents.extraction.limits import Limits
from documents.extraction.packages import main_part
from documents.extraction.result import DOCX, Extracted
from documents.extraction.writing import Writer
from documents.extraction.xml_parts import drop, events, faults_told, title_of, tree

PARAGRAPH, TABLE = W + "p", W + "tbl"
NOTE_REFERENCES = (W + "footnoteReference", W + "endnoteReference")
HOLDERS = {W + "body", W + "sdtContent", W + "sdt", W + "customXml", W + "ins", W + "document"}


def parse(path: Path, limits: Limits) -> Extracted:
    with opened(path, DOCX) as archive, faults_told(DOCX):
        main = main_part(archive, "word/document.xml", limits, DOCX)
        if main not in archive.NameToInfo:
            raise reasons.damaged(DOCX, f"{main} is missing")
        styles = read_styles(tree(archive, "word/styles.xml", limits, DOCX))
        body = Body(Writer(limits), styles, _notes(archive, limits))
        for element in _blocks(archive, main, limits):
            body.add(element)
        return body.writer.finish(DOCX, title_of(archive, limits, DOCX))


def _blocks(archive: zipfile.ZipFile, main: str, limits: Limits) -> Iterator[Any]:
    """Paragraphs and tables of the body; those inside a table or text box belong to it."""
    tags = (PARAGRAPH, TABLE)
    for _, element in events(archive, main, limits, kind=DOCX, events=("end",), tag=tags):
        parent = element.getparent()
        if parent is None or not _stands_in_body(parent):
            continue
        yield element
        drop(element)


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


@dataclass
class Body:
    writer: Writer
    styles: Styles
    notes: dict[tuple[str, str], str]

    def add(self, element: Any) -> None:
        if element.tag == TABLE:
            self.writer.paragraph(clean(table_text(element)))
            return
        boxes = take_boxes(element)
        self._paragraph(element)
        for box in boxes:
            self.writer.paragraph(clean(paragraph_text(box)).strip())
        for reference in element.iter(NOTE_REFERENCES):
            note = self.notes.get((reference.tag, reference.get(W + "id")), "")
            self.writer.paragraph(clean(note))

    def _paragraph(self, element: Any) -> None:
        text = clean(paragraph_text(element)).strip("\n ")
        if not text or text.isspace():
            return
        style = self.styles.of(element)
        if style.heading:
            self.writer.heading(style.heading, " ".join(text.split()))
        elif style.list_level is not None:
            self.writer.list_line(style.list_level, text)
        else:
            self.writer.paragraph(text)
