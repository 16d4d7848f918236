"""What of a passage may be quoted: sentences, and rows of tables under their header."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from language.sentences import sentences
from language.tables import cells, in_words, is_header, is_row

SHORT = 30  # characters; less is a fragment and takes its neighbour along
_QUESTION_MARKS = ("?", "？", "؟")
_HEADING = re.compile(r"#{1,6}\s")
_BARE = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?[^\W\d_][^.:;,!?|\d]*")

Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    text: str
    is_topic: bool = False
    table: str = ""  # the header and the rule above a row
    in_words: str = ""  # a row read aloud, with the names of its columns


def pieces(text: str) -> Iterator[Piece]:
    prose: list[Span] = []
    table, table_end = "", 0
    found = sentences(text)
    for (start, end), (after, last) in zip_longest(found, found[1:], fillvalue=(0, 0)):
        if not is_row(text[start:end]):
            prose.append((start, end))
            continue
        yield from _of_prose(text, prose, (start, end))
        prose = []
        if text[table_end:start] != "\n":
            table = ""
        table_end = end
        if not is_header(text[start:end]):
            yield _of_row(table, text[start:end])
        elif is_row(text[after:last]):
            table = text[start:end]
        else:
            yield _of_row("", text[start:end].partition("\n")[0])
    yield from _of_prose(text, prose, (0, 0))


def _of_row(table: str, row: str) -> Piece:
    header = table.partition("\n")[0]
    # Cells beyond the header's would not be shown.
    if table and len(cells(row)) <= len(cells(header)):
        return Piece(row, table=table, in_words=in_words(header, row))
    return Piece(in_words("", row))


def _of_prose(text: str, found: Sequence[Span], following: Span) -> Iterator[Piece]:
    """White space collapsed; a fragment joins what follows, the last one what precedes."""
    spans: list[tuple[int, int, bool]] = []
    open_from: int | None = None
    for (start, end), (after, last) in zip_longest(found, found[1:], fillvalue=following):
        topic = _is_topic(text[start:end], text[after:last])
        if open_from is not None and not topic:
            spans[-1] = (open_from, end, False)
        else:
            spans.append((start, end, topic))
        first, _, topic = spans[-1]
        open_from = first if end - first < SHORT and not topic else None
    if open_from is not None and len(spans) > 1 and not spans[-2][2]:
        spans[-2:] = [(spans[-2][0], spans[-1][1], False)]
    return (Piece(" ".join(text[start:end].split()), topic) for start, end, topic in spans)


def _is_topic(text: str, following: str = "") -> bool:
    """A heading (with a mark, or bare as PDFs give it) or a question: not an answer itself."""
    if _HEADING.match(text) or text.endswith(_QUESTION_MARKS):
        return True
    return len(text) < SHORT and 2 * len(text) < len(following) and bool(_BARE.fullmatch(text))
