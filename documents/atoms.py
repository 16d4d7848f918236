"""What chunking does not cut again: paragraphs, else their lines, sentences, or slices of one."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from language.sentences import sentences
from language.tokens import estimate_tokens

MOST = 400
LONGEST_HEADING = 60
WHOLE = MOST - LONGEST_HEADING  # a paragraph up to here is not cut, and its heading still fits
SLICE_CHARS = 96
LONGEST_CLUSTER = 32
SENTENCES_TOGETHER = 100  # characters; shorter sentences are not worth a cut between them
CHARS_A_TOKEN = 10  # more than any language has; bounds what the estimate knows nothing about

FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
OWN_LINE = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s|\s*\||(?: {4}|\t)")
THAI_LEADING_VOWELS = "เแโใไ"
JOINERS = "\u200d\ufe0f\ufe0e"

Path = tuple[str, ...]


@dataclass(frozen=True)
class Atom:
    """What is not cut again. Sentences know the paragraph that had to be cut for them."""

    start: int
    end: int
    tokens: int
    path: Path = ()
    paragraph: int = -1
    opens_section: bool = False


def size(text: str) -> int:
    if len(text) > CHARS_A_TOKEN * MOST:
        return len(text) // CHARS_A_TOKEN
    return max(estimate_tokens(text), len(text) // CHARS_A_TOKEN)


def atoms_of(text: str, start: int, end: int) -> Iterator[Atom]:
    for first, last in _blocks(text, start, end):
        tokens = size(text[first:last])
        if tokens <= WHOLE:
            yield Atom(first, last, tokens)
        else:
            yield from _cut_block(text, first, last)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield start, line_end
        start = line_end + 1


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Paragraphs, trimmed; blank lines inside a fence do not end it."""
    first = last = -1
    fence = ""
    for line_start, line_end in _lines(text, start, end):
        line = text[line_start:line_end]
        if not fence and (not line or line.isspace()):
            if first >= 0:
                yield first, last
            first = -1
            continue
        if match := FENCE.match(line):
            fence = _fence_after(fence, match[1])
        if first < 0:
            first = line_start + len(line) - len(line.lstrip())
        if line.strip():
            last = line_start + len(line.rstrip())
    if first >= 0:
        yield first, last


def _fence_after(fence: str, marks: str) -> str:
    if not fence:
        return marks
    return "" if marks.startswith(fence) else fence


def _cut_block(text: str, start: int, end: int) -> Iterator[Atom]:
    for unit_start, unit_end in _units(text, start, end):
        tokens = size(text[unit_start:unit_end])
        if tokens <= WHOLE:
            yield Atom(unit_start, unit_end, tokens)
        else:
            yield from _cut_unit(text, unit_start, unit_end)


def _units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """List items, table rows, lines of code; wrapped lines of prose stay together."""
    in_fence = FENCE.match(text[start : start + LONGEST_CLUSTER]) is not None
    first, last = start, start
    for line_start, line_end in _lines(text, start, end):
        line = text[line_start : min(line_end, line_start + SLICE_CHARS)]
        if not line.strip():
            continue
        if line_start > first and (in_fence or OWN_LINE.match(line)):
            yield first, last
            first = line_start
        last = line_end
    yield first, last


def _cut_unit(text: str, start: int, end: int) -> Iterator[Atom]:
    for first, last in _sentences(text, start, end):
        tokens = size(text[first:last])
        if tokens <= WHOLE:
            yield Atom(first, last, tokens, paragraph=start)
        else:
            yield from _slices(text, first, last)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences side by side, the shortest together with the next."""
    first = start
    for offset, _ in sentences(text[start:end])[1:]:
        cut = start + offset
        # Runs without stops are cut by length alone.
        if cut - first >= SENTENCES_TOGETHER and not _clings(text, cut):
            yield first, cut
            first = cut
    yield first, end


def _slices(text: str, start: int, end: int) -> Iterator[Atom]:
    while start < end:
        cut = _cut_near(text, start, end)
        if not text[start:cut].isspace():
            yield Atom(start, cut, size(text[start:cut]))
        start = cut


def _cut_near(text: str, start: int, end: int) -> int:
    """The end of a line, else a space, if one is near; else a place that takes no mark from its
    letter."""
    cut = start + SLICE_CHARS
    if cut >= end:
        return end
    line_end = text.rfind("\n", start + 1, cut + 1)
    if line_end > start:
        return line_end + 1
    space = text.rfind(" ", start + SLICE_CHARS // 2, cut)
    if space > start:
        return space + 1
    while cut < end and cut < start + SLICE_CHARS + LONGEST_CLUSTER and _clings(text, cut):
        cut += 1
    return cut


def _clings(text: str, place: int) -> bool:
    here, before = text[place], text[place - 1]
    return (
        unicodedata.category(here)[0] == "M"
        or here in JOINERS
        or "\U0001f3fb" <= here <= "\U0001f3ff"
        or before == "\u200d"
        or before in THAI_LEADING_VOWELS
    )
