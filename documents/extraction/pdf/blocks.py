"""Runs of lines fall into blocks: paragraphs, list items, headings, pieces of code."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from documents.extraction.pdf.glyphs import BOLD, MONO
from documents.extraction.pdf.joining import ends_in_hyphen, runs_on
from documents.extraction.pdf.layout import Layout
from documents.extraction.pdf.notes import OPENS_NOTE
from documents.extraction.pdf.shapes import Line, Shape, Table

BULLET = re.compile("[•◦▪▫■□●○‣⁃∙·➢➤✓✔❖►▶\uf0b7\uf0a7\uf0d8\uf0fc]\\s*(?=\\S)")
# These begin items, but lines of paragraphs as well.
MARK = re.compile(r"(?:[-–—*+o]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+(?=\S)")
# In type sizes.
INDENT = 0.7
HANGING = 0.3
FEWEST_OF_A_PITCH = 0.15
FURTHER = 1.25  # times the usual distance of lines: a new paragraph
CODE_FURTHER = 3.2  # code has blank lines
NARROW = 11.0
PARAGRAPH_WIDTH = 12.0
NEARLY_FULL = 3.0


class Block(NamedTuple):
    """Lines that belong together, `right` is as far as they could reach."""

    lines: list[Line]
    right: float
    is_code: bool = False

    def goes_on(self, line: Line, after: Line) -> bool:
        """The sentence does, beyond the line; very short lines are not so for want of room."""
        is_narrow = self.right - self.lines[0].left < NARROW * line.size
        return runs_on(line, after, self.right) and (not is_narrow or ends_in_hyphen(line))

    @property
    def mark(self) -> re.Match[str] | None:
        return BULLET.match(self.lines[0].text) or MARK.match(self.lines[0].text)


class Setting(NamedTuple):
    """What is usual in the document: the size of the text, and for each size how far lines stand
    below one another."""

    size: float
    look: int
    pitches: dict[int, float]

    def pitch(self, line: Line) -> float:
        return self.pitches.get(round(line.size), line.size * 1.3)


def usual_setting(pages: Iterable[Layout]) -> Setting:
    sizes: Counter[tuple[float, int]] = Counter()
    distances: dict[int, Counter[float]] = defaultdict(Counter)
    for page in pages:
        for run in page.runs:
            lines = [shape for shape in run if isinstance(shape, Line)]
            for line in lines:
                sizes[round(line.size * 2) / 2, line.look] += len(line.text)
            for one, other in pairwise(lines):
                distance = round((one.bottom - other.bottom) * 2) / 2
                if one.size * 0.8 < distance < one.size * 3 and abs(one.size - other.size) < 1:
                    distances[round(one.size)][distance] += 1
    (size, look), _ = max(sizes.items(), key=lambda pair: pair[1], default=((10.0, 0), 0))
    return Setting(size, look, {size: _least(counts) for size, counts in distances.items()})


def _least(counts: Counter[float]) -> float:
    """Paragraphs of one line each stand further apart than lines do."""
    enough = sum(counts.values()) * FEWEST_OF_A_PITCH
    return min(distance for distance, count in counts.items() if count >= enough or count == max(
        counts.values()))  # fmt: skip


def blocks_of(run: list[Shape], usual: Setting) -> Iterator[Block | Table]:
    block: Block | None = None
    for shape, right in zip(run, _rights(run), strict=True):
        if isinstance(shape, Table):
            if block:
                yield _settled(block)
            yield shape
            block = None
        elif block and _belongs(shape, block, usual):
            block.lines.append(shape)
        else:
            is_code = _is_code(shape, block, usual)
            if block:
                yield _settled(block)
            block = Block([shape], right, is_code)
    if block:
        yield _settled(block)


def _rights(run: list[Shape]) -> list[float]:
    """How far the lines of a stretch of one size reach."""
    rights: list[float] = []
    start = 0
    for end in range(1, len(run) + 1):
        if end == len(run) or not _is_alike(run[end - 1], run[end]):
            furthest = max(shape.right for shape in run[start:end])
            rights += [furthest] * (end - start)
            start = end
    return rights


def _is_alike(one: Shape, other: Shape) -> bool:
    if isinstance(one, Table) or isinstance(other, Table):
        return False
    return abs(one.size - other.size) <= one.size * 0.08


def _settled(block: Block) -> Block:
    """A paragraph set in from the right is as wide as its lines are."""
    *full, _ = block.lines
    if len(full) < 2 or block.is_code:
        return block
    right = max(line.right for line in block.lines)
    left = min(line.left for line in block.lines)
    size = block.lines[0].size
    is_narrow = right - left < size * PARAGRAPH_WIDTH
    if is_narrow or any(right - line.right > size * NEARLY_FULL for line in full):
        return block
    return block._replace(right=right)


def _is_code(line: Line, above: Block | None, usual: Setting) -> bool:
    if not line.look & MONO or usual.look & MONO:
        return False
    if above is None or above.is_code:
        return True
    # A line of a paragraph that happens to be all code.
    last = above.lines[-1]
    is_near = last.bottom - line.bottom <= usual.pitch(last) * FURTHER
    return not (is_near and abs(last.left - line.left) < 1 and runs_on(last, line, above.right))


def _belongs(line: Line, block: Block, usual: Setting) -> bool:
    last = block.lines[-1]
    distance = last.bottom - line.bottom
    if block.is_code:
        is_mono = bool(line.look & MONO)
        return is_mono and 0 < distance <= usual.pitch(last) * CODE_FURTHER
    if _is_code(line, block, usual) or not _is_alike(last, line):
        return False
    if not last.size * 0.3 < distance <= usual.pitch(last) * FURTHER:
        return False
    goes_on = block.goes_on(last, line)
    if (last.look ^ line.look) & BOLD and not goes_on:
        return False
    opens = BULLET.match(line.text) or OPENS_NOTE.match(line.text)
    return not opens and _fits_indent(line, block, goes_on)


def _fits_indent(line: Line, block: Block, goes_on: bool) -> bool:
    indent = (line.left - block.lines[-1].left) / line.size
    first = block.lines[0]
    if MARK.match(line.text) and not (goes_on and not block.mark and abs(indent) < HANGING):
        return False
    if block.mark:
        hangs = (line.left - first.left) / line.size
        return hangs > HANGING or (goes_on and hangs > -HANGING)
    if abs(indent) <= INDENT:
        return True
    return len(block.lines) == 1 and goes_on
