"""Headings of a PDF: what its outline names, and short blocks in larger or bold type."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import pypdfium2 as pdfium

from documents.extraction.cleaning import clean
from documents.extraction.pdf.blocks import Block, Setting
from documents.extraction.pdf.glyphs import APART, BOLD
from documents.extraction.pdf.notes import OPENS_NOTE
from documents.extraction.pdf.shapes import Table
from documents.extraction.writing import DEEPEST

BOOKMARKS = 10_000
MOST_ON_A_PAGE = 100  # are looked for in its text
ENOUGH_NAMED = 3
LARGER = 1.12  # times the size of the text
LONGEST = 200  # characters
LONGEST_BOLD = 120
LONGEST_NUMBER = 12  # characters of "Chapter 12:"
MOST = 0.2  # of all the text: what is more is no heading
LETTERS = re.compile(r"[^\W\d_]{2}")
SENTENCE = re.compile(r"[.;,]$")
NOT_LETTERS = re.compile(r"[\W_]+")

Blocks = list[Block | Table]
Type = tuple[float, bool]  # size and whether it is bold


class Bookmark(NamedTuple):
    page: int
    level: int
    title: str


class Headings(NamedTuple):
    """Levels by the identity of blocks, and bookmarks, by page, whose words do not stand there."""

    levels: dict[int, int]
    loose: dict[int, list[Bookmark]]


def bookmarks_of(document: pdfium.PdfDocument) -> Iterator[Bookmark]:
    for bookmark in islice(document.get_toc(), BOOKMARKS):
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        title = " ".join(clean(bookmark.get_title()).split()[:30])
        if page is not None and 0 <= page < len(document) and title:
            yield Bookmark(page, min(bookmark.level + 1, DEEPEST), title)


def find_headings(pages: list[Blocks], bookmarks: list[Bookmark], usual: Setting) -> Headings:
    named: dict[int, int] = {}
    loose: dict[int, list[Bookmark]] = defaultdict(list)
    counts: Counter[int] = Counter()
    for bookmark in bookmarks:
        counts[bookmark.page] += 1
        is_looked_for = counts[bookmark.page] <= MOST_ON_A_PAGE
        block = _named(pages[bookmark.page], bookmark.title, named) if is_looked_for else None
        if block is None:
            loose[bookmark.page].append(bookmark)
        else:
            named[id(block)] = bookmark.level
    types: dict[Type, list[Block]] = defaultdict(list)
    for block in (block for page in pages for block in page if isinstance(block, Block)):
        if id(block) in named or _looks_like_heading(block, usual):
            types[_type(block)].append(block)
    return Headings(_levels(types, named, _letters(pages), usual) | named, loose)


def _letters(pages: list[Blocks]) -> int:
    blocks = (block for page in pages for block in page if isinstance(block, Block))
    return sum(len(line.text) for block in blocks for line in block.lines)


def _named(blocks: Blocks, title: str, taken: dict[int, int]) -> Block | None:
    """The block with these words; a line that has them alone becomes a block."""
    wanted = _bare(title)
    for place, block in enumerate(blocks):
        if not isinstance(block, Block) or id(block) in taken or not wanted:
            continue
        bare = _bare(" ".join(line.text for line in block.lines[:10]))
        if len(block.lines) <= 10 and _is_title(bare, wanted):
            return block
        if wanted not in bare:
            continue
        for number, line in enumerate(block.lines):
            if _is_title(_bare(line.text), wanted):
                parts = [block.lines[:number], [line], block.lines[number + 1 :]]
                found = [block._replace(lines=lines) for lines in parts if lines]
                blocks[place : place + 1] = found
                return found[1 if number else 0]
    return None


def _is_title(bare: str, wanted: str) -> bool:
    return bare.endswith(wanted) and len(bare) - len(wanted) <= LONGEST_NUMBER


def _bare(text: str) -> str:
    return NOT_LETTERS.sub("", text).casefold()


def _looks_like_heading(block: Block, usual: Setting) -> bool:
    size = max(line.size for line in block.lines)
    if block.is_code or (size < usual.size * LARGER and not block.lines[0].look & BOLD):
        return False
    text = " ".join(line.text for line in block.lines)
    if not LETTERS.search(text) or OPENS_NOTE.match(text):
        return False
    if size >= usual.size * LARGER:
        return len(text) <= LONGEST and not SENTENCE.search(text)
    if usual.look & BOLD or any(line.look & (BOLD | APART) != BOLD for line in block.lines):
        return False
    is_small = size < usual.size * 0.95 or len(text) > LONGEST_BOLD or len(block.lines) > 2
    return not is_small and not SENTENCE.search(text)


def _type(block: Block) -> Type:
    size = round(max(line.size for line in block.lines) * 2) / 2
    return size, bool(block.lines[0].look & BOLD)


def _is_rare(blocks: list[Block], letters: int) -> bool:
    return sum(len(block.lines[0].text) for block in blocks) <= max(letters * MOST, LONGEST)


def _levels(
    types: dict[Type, list[Block]], named: dict[int, int], letters: int, usual: Setting
) -> dict[int, int]:
    """The larger the type the higher the heading; the outline knows better where it names some."""
    levels: dict[int, int] = {}
    level = 0
    for kind in sorted(types, reverse=True):
        blocks = types[kind]
        known = Counter(named[id(block)] for block in blocks if id(block) in named)
        if not known and not _is_rare(blocks, letters):
            continue
        if not known and len(named) >= ENOUGH_NAMED and level and not kind[1]:
            continue  # where the outline names the headings, large type alone is no sign
        level = known.most_common(1)[0][0] if known else min(level + 1, DEEPEST)
        levels |= {id(block): level for block in blocks if _looks_like_heading(block, usual)}
    return levels
