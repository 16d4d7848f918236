"""A document's text as one reads it: by page, or in windows, with a found passage marked.

All offsets count code points in DocumentText.content.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from documents.blocks import Block, blocks_of
from documents.models import DocumentText

WINDOW = 20_000  # characters of an unpaged text shown at once
LINE_REACH = 2_000  # how far back from a window's end we look for a line to end at
LONGEST_OFFSET = 10  # digits; Python refuses to read thousands of them


@dataclass(frozen=True)
class Part:
    """A page or window of the text, cut around the passage where the passage meets it."""

    number: int
    before: str
    passage: str = ""
    after: str = ""

    @property
    def blocks(self) -> list[Block]:
        start = len(self.before)
        text = self.before + self.passage + self.after
        return blocks_of(text, (start, start + len(self.passage)))


@dataclass(frozen=True)
class Stretch:
    """What of a passage stands on a page; `near` tells where: 0 at its beginning, 1 at its end."""

    page: int
    quote: str
    near: float = 0.0


def stretches(pages: list[list[int]], quote: str, start: int) -> list[Stretch]:
    """A quote that begins at `start`, page by page."""
    end = start + len(quote)
    return [
        Stretch(
            number,
            quote[max(first, start) - start : min(last, end) - start],
            round(max(0, start - first) / max(1, last - first), 3),
        )
        for number, (first, last) in enumerate(pages, 1)
        if _meets((first, last), (start, end))
    ]


def as_json(stretches: Iterable[Stretch]) -> str:
    """For the script that looks for them on the pages drawn."""
    return json.dumps([asdict(stretch) for stretch in stretches], ensure_ascii=False)


def windows(text: DocumentText) -> list[tuple[int, int]]:
    """(start, end) of each page; a text without pages is cut at line ends."""
    if text.pages:
        return [(start, end) for start, end in text.pages]
    bounds, start, length = [], 0, len(text.content)
    while start < length:
        end = start + WINDOW
        if end < length:
            line_end = text.content.rfind("\n", end - LINE_REACH, end)
            end = line_end + 1 if line_end > 0 else end
        bounds.append((start, min(end, length)))
        start = end
    return bounds or [(0, 0)]


def parts(
    text: DocumentText, bounds: list[tuple[int, int]], number: int, span: tuple[int, int] | None
) -> list[Part]:
    """The part asked for; with a passage, those it lies in, whichever was asked for."""
    if span:
        touched = [n for n, (start, end) in enumerate(bounds, 1) if _meets((start, end), span)]
        if touched:
            return [_cut(text.content, bounds[n - 1], n, span) for n in touched]
    return [_cut(text.content, bounds[number - 1], number, None)]


def span_within(text: DocumentText, start: str | None, end: str | None) -> tuple[int, int] | None:
    """The offsets as a person's link gives them, or None when they are not in this text."""
    given = start or "", end or ""
    if not all(offset.isdecimal() and len(offset) < LONGEST_OFFSET for offset in given):
        return None
    span = int(given[0]), min(int(given[1]), len(text.content))
    return span if span[0] < span[1] else None


def _meets(bounds: tuple[int, int], span: tuple[int, int]) -> bool:
    return bounds[0] < span[1] and span[0] < bounds[1]


def _cut(content: str, bounds: tuple[int, int], number: int, span: tuple[int, int] | None) -> Part:
    start, end = bounds
    if span is None:
        return Part(number, content[start:end])
    first, last = max(start, span[0]), min(end, span[1])
    return Part(number, content[start:first], content[first:last], content[last:end])
