"""The blocks of a PDF's pages become Markdown."""

import re
from itertools import pairwise
from statistics import median

from documents.extraction.html_blocks import fenced
from documents.extraction.pdf.aligned import LEADERS
from documents.extraction.pdf.blocks import BULLET, Block
from documents.extraction.pdf.headings import Blocks, Headings
from documents.extraction.pdf.joining import joined
from documents.extraction.pdf.notes import OPENS_NOTE
from documents.extraction.pdf.shapes import DIVIDED, Line, Table
from documents.extraction.tables import markdown_table
from documents.extraction.writing import Writer

REFERENCE = re.compile(r"\[\^([^\]]+)\](?!:)")
BLANK_LINE = 1.8  # times the least distance of lines of code
DEEPEST_LIST = 4


def write_page(writer: Writer, blocks: Blocks, headings: Headings, known: set[str]) -> None:
    items: list[float] = []  # where the bullets of the list stand
    for block in with_notes_near(blocks):
        if isinstance(block, Table):
            rows = [[joined(cell, known) for cell in row] for row in block.rows]
            writer.paragraph(markdown_table(rows))
        elif block.is_code:
            writer.paragraph(fenced(_code(block.lines), ""))
        elif id(block) in headings.levels:
            title = joined((line.text for line in block.lines), known)
            writer.heading(headings.levels[id(block)], " ".join(title.split()))
        elif block.mark:
            items = [left for left in items if left < block.lines[0].left - 2]
            items.append(block.lines[0].left)
            _write_item(writer, _text(block, known), min(len(items) - 1, DEEPEST_LIST))
            continue
        else:
            writer.paragraph(_text(block, known))
        items = []


def _write_item(writer: Writer, text: str, level: int) -> None:
    bullet = BULLET.match(text)
    if bullet:
        writer.list_line(level, text[bullet.end() :])
    else:
        writer.line("  " * level + text)


def _text(block: Block, known: set[str]) -> str:
    """Lines that ended for want of room are joined, others were ended on purpose."""
    if len(block.lines) == 1:
        return _without_leaders(block.lines[0].text.replace(DIVIDED, "-"))
    paragraphs = [[block.lines[0].text]]
    for line, after in pairwise(block.lines):
        if block.goes_on(line, after):
            paragraphs[-1].append(after.text)
        else:
            paragraphs.append([after.text])
    return _without_leaders("\n".join(joined(lines, known) for lines in paragraphs))


def _without_leaders(text: str) -> str:
    """Dots from a title to its page number say nothing."""
    if "..." in text or ". ." in text or "__" in text:
        text = LEADERS.sub(" … ", text).replace("  ", " ")
    return text.strip()


def _code(lines: list[Line]) -> str:
    left = min(line.left for line in lines)
    width = median((line.right - line.left) / max(1, len(line.text)) for line in lines) or 1
    least = min((a.bottom - b.bottom for a, b in pairwise(lines)), default=0)
    code = ""
    above = lines[0]
    for line in lines:
        if above.bottom - line.bottom > least * BLANK_LINE:
            code += "\n"
        code += " " * round((line.left - left) / width) + line.text.replace(DIVIDED, "-") + "\n"
        above = line
    return code.rstrip("\n")


def with_notes_near(blocks: Blocks) -> Blocks:
    """Footnotes go after what refers to them, in the order they stand at the foot of the page."""
    notes = {match[1]: block for block in blocks if (match := _opens_note(block))}
    if not notes:
        return blocks
    moved = set(map(id, notes.values()))
    near: Blocks = []
    for block in (block for block in blocks if id(block) not in moved):
        near.append(block)
        for mark in REFERENCE.findall(_words(block)):
            if mark in notes:
                near.append(notes.pop(mark))
    return near + list(notes.values())


def _opens_note(block: Block | Table) -> re.Match[str] | None:
    return None if isinstance(block, Table) else OPENS_NOTE.match(block.lines[0].text)


def _words(block: Block | Table) -> str:
    if isinstance(block, Block):
        return " ".join(line.text for line in block.lines)
    return " ".join(line for row in block.rows for cell in row for line in cell)
