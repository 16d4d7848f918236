"""Exponents, indices and marks of notes: PDFium begins a new line at some, and after some."""

from collections.abc import Iterable

from documents.extraction.pdf.shapes import BELOW, Line

# In type sizes.
WORD_SPACE = 0.15
HALF_RAISED = 0.6
SQUEEZED = 0.2
LEVEL = 0.1


def with_raised(lines: Iterable[Line]) -> list[Line]:
    """Each goes where it stands, and so do the words after it."""
    whole: list[Line] = []
    for line in (line for line in lines if line.text):
        if whole and goes_on(whole[-1], line):
            whole.append(_joined(whole.pop(), line))
            continue
        if whole and _is_beside(whole[-1], line):
            line = line._replace(row=whole[-1].row)
        whole.append(line)
    return whole


def goes_on(before: Line, line: Line) -> bool:
    """Whether a line begins where the one before ends, as high or half a line higher or lower."""
    size = max(before.size, line.size)
    shift = abs(_base(before) - _base(line)) / size
    return (
        before.row != line.row
        and shift < HALF_RAISED
        and -SQUEEZED < (line.left - before.right) / size < HALF_RAISED
    )


def _base(line: Line) -> float:
    return line.bottom + line.size * BELOW


def _joined(before: Line, line: Line) -> Line:
    is_apart = line.left - before.right > before.size * WORD_SPACE
    # A year and the mark of a note, or ten and its exponent, are not one number.
    is_apart |= before.text[-1:].isdigit() and line.text[:1].isdigit()
    space = " " if is_apart and not before.text.endswith(" ") else ""
    longer = max(before, line, key=lambda one: (one.size, len(one.text)))
    left, right = before.left, max(before.right, line.right)
    return longer._replace(text=before.text + space + line.text, left=left, right=right)


def _is_beside(before: Line, line: Line) -> bool:
    """Far off on the same line, where PDFium begins a new one."""
    return abs(before.bottom - line.bottom) < LEVEL * line.size and before.right < line.left
