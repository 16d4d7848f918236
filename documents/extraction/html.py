"""Web pages: the body as Markdown, without scripts, menus, banners and whatever is hidden."""

import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, SelectolaxError

from documents.extraction import charsets, reasons
from documents.extraction.cleaning import clean
from documents.extraction.html_blocks import Block
from documents.extraction.html_depth import refuse_endless_nesting
from documents.extraction.html_walk import walk
from documents.extraction.limits import Limits
from documents.extraction.result import HTML, Extracted
from documents.extraction.writing import Writer

# Fewer characters than this, and many times as many in all: the body was taken for furniture, or a
# script shows it.
FEW = 100
MANY_TIMES = 10
OPENING = 5  # blocks
# XML lets any element close itself; to HTML <title/> opens a title that swallows the page.
SELF_CLOSED = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)"
    r"([a-z][\w:.-]{0,40})((?:\s[^<>]{0,2000})?)/>",
    re.I,
)


def parse(path: Path, limits: Limits) -> Extracted:
    source = charsets.decode_page(path.read_bytes())
    if source is None:
        raise reasons.unsupported_type()
    writer = Writer(limits)
    title = write_page(source, writer)
    return writer.finish(HTML, title)


def write_page(source: str, writer: Writer, *, below: int = 0, heading: str = "") -> str:
    """Write the body of a page, its headings that many levels down, and return its title.

    `heading` is written above a page that does not open with one.
    """
    page = tree(source, is_xml=source[:99].lstrip("\ufeff \r\n\t").startswith("<?xml"))
    blocks = _body(page)
    opening = list(islice(blocks, OPENING))
    if heading and opening and not any(block.level for block in opening):
        writer.heading(1, heading)
    for block in chain(opening, blocks):
        if block.level:
            writer.heading(block.level + below, block.text)
        elif block.is_item:
            writer.line(block.text)
        else:
            writer.paragraph(block.text)
    return _title(page)


def tree(source: str, *, is_xml: bool) -> LexborHTMLParser:
    refuse_endless_nesting(source)
    if is_xml:
        source = SELF_CLOSED.sub(r"<\1\2></\1>", source)
    try:
        # Without events: they would copy chosen options about, in quadratic time.
        return LexborHTMLParser(source, options=LexborDocumentOptions.WO_EVENTS)
    except SelectolaxError as error:  # all it says, and only when memory runs out
        raise MemoryError from error


def _body(page: LexborHTMLParser) -> Iterator[Block]:
    root = page.root
    if root is None:
        return
    blocks = walk(root)
    first: list[Block] = []
    size = 0
    for block in blocks:
        first.append(block)
        size += len(block.text)
        if size >= FEW:
            break
    else:
        first = _all_if_much_more(root, first, size)
    yield from first
    yield from blocks


def _all_if_much_more(root: LexborNode, shown: list[Block], size: int) -> list[Block]:
    everything = list(walk(root, everything=True))
    many = MANY_TIMES * max(size, FEW // 2)
    return everything if sum(len(block.text) for block in everything) > many else shown


def _title(page: LexborHTMLParser) -> str:
    found = page.head.css_first("title") if page.head is not None else None
    return " ".join(clean(found.text() if found is not None else "").split())[:300]
