"""Footnotes: a raised mark in the text and the same mark before small type at the foot of the page.

Found while the page is open, written as Markdown does: [^1] in the text, "[^1]: …" for the note,
which then goes after the paragraph that refers to it.
"""

import re
from collections import Counter

from documents.extraction.pdf.glyphs import Glyphs
from documents.extraction.pdf.shapes import Line

SMALL = 0.95  # times the size of the text
RAISED = 0.85  # times the size of its line
NOTE = re.compile(r"(\d{1,3}|[*†‡§¶])\s*(?=[^\W\d]|[\"“„«'(])")
OPENS_NOTE = re.compile(r"\[\^([^\]]+)\]: ")


def mark_notes(lines: list[Line], starts: list[int], glyphs: Glyphs) -> list[Line]:
    """`starts`: where in the page's text the lines begin."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    size = max(sizes, key=lambda size: sizes[size], default=0)
    if not lines or min(sizes) >= size * SMALL:
        return lines
    middle = (max(line.top for line in lines) + min(line.bottom for line in lines)) / 2
    marked = list(lines)
    for number, line in enumerate(lines):
        note = NOTE.match(line.text) if line.size < size * SMALL and line.top < middle else None
        place = _reference(note[1], number, marked, starts, glyphs) if note else None
        if note and place:
            other, start = place
            text = marked[other].text
            text = f"{text[:start]}[^{note[1]}]{text[start + len(note[1]) :]}"
            marked[other] = marked[other]._replace(text=text)
            marked[number] = line._replace(text=f"[^{note[1]}]: {line.text[note.end() :]}")
    return marked


def _reference(
    mark: str, note: int, lines: list[Line], starts: list[int], glyphs: Glyphs
) -> tuple[int, int] | None:
    """The line above with that mark raised, and where it is there."""
    found = re.compile(rf"(?<!\d){re.escape(mark)}(?!\d)")
    for number, line in enumerate(lines):
        if mark not in line.text or line.bottom <= lines[note].top:
            continue
        if glyphs.text[starts[number] : starts[number] + len(line.text)] != line.text:
            continue  # the places are no longer the same
        for match in found.finditer(line.text, 1):
            setting = glyphs.setting(starts[number] + match.start())
            if setting.size < line.size * RAISED:
                return number, match.start()
    return None
