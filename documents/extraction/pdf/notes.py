"""Footnotes: a raised mark in the text and the same mark before small type at the foot of the page.

Found while the page is open, written as Markdown does: [^1] in the text, "[^1]: …" for the note,
which then goes after the paragraph that refers to it.
"""

import re
from collections import Counter

from documents.extraction.pdf.glyphs import Glyphs
from documents.extraction.pdf.raised import goes_on
from documents.extraction.pdf.shapes import Line

SMALL = 0.95  # times the size of the text
RAISED = 0.85  # times the size of its line
LONGEST_MARK = 3
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
    places: dict[tuple[int, int], str] = {}
    for number, line in enumerate(lines):
        is_low = line.size < size * SMALL and line.top < middle
        note = NOTE.match(_with_next(number, lines)) if is_low else None
        place = _reference(note[1], number, lines, starts, glyphs) if note else None
        if note and place and place not in places:
            places[place] = note[1]
            marked[number] = line._replace(text=f"[^{note[1]}]: {line.text[note.end() :]}")
    for (number, start), mark in sorted(places.items(), reverse=True):
        text = marked[number].text
        text = f"{text[:start]}[^{mark}]{text[start + len(mark) :]}"
        marked[number] = marked[number]._replace(text=text)
    return marked


def _with_next(number: int, lines: list[Line]) -> str:
    """A line, and after a mark that stands alone the next, if it goes on there."""
    line = lines[number]
    is_alone = len(line.text) <= LONGEST_MARK and number + 1 < len(lines)
    if is_alone and goes_on(line, lines[number + 1]):
        return f"{line.text} {lines[number + 1].text}"
    return line.text


def _reference(
    mark: str, note: int, lines: list[Line], starts: list[int], glyphs: Glyphs
) -> tuple[int, int] | None:
    """The line above with that mark raised, and where it is there."""
    found = re.compile(re.escape(mark))
    for number, line in enumerate(lines):
        if mark not in line.text or line.bottom <= lines[note].top:
            continue
        if glyphs.text[starts[number] : starts[number] + len(line.text)] != line.text:
            continue  # the places are no longer the same
        before = lines[number - 1] if number and goes_on(lines[number - 1], line) else None
        size = RAISED * max(line.size, before.size if before else 0)
        for match in found.finditer(line.text, 0 if before else 1):
            first, end = starts[number] + match.start(), starts[number] + match.end()
            around = (first - 1, end) if mark.isdigit() else ()
            if _is_small(first, size, glyphs) and not any(
                glyphs.text[place : place + 1].isdigit() and _is_small(place, size, glyphs)
                for place in around
            ):
                return number, match.start()
    return None


def _is_small(place: int, size: float, glyphs: Glyphs) -> bool:
    return glyphs.setting(place).size < size
