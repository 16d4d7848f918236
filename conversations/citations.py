"""Binding a model's `[n]` marks to exact quotes, as the text streams by.

The model numbers passages; readers see citations numbered 1, 2, 3 in the order they occur, each
with the very sentence that supports the claim. A mark that names no passage is dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from documents.retrieval import Passage
from language.sentences import sentences
from language.storable import storable
from language.tables import is_header, is_row
from language.terms import index_terms

# As models write them: [1], [1, 2], [1–3], [^1], [[1]], [Source 1], \[1\], 【1†source】, ［１］
NAMED = r"(?:\^|(?:passages?|sources?|quellen?|fuentes?|来源|出典|แหล่งที่มา)[ :]*)?"
INNER = rf"\s?{NAMED}\d{{1,2}}(?:\s*(?:[,;、，،&–—-]|and|und|и)\s*{NAMED}\d{{1,2}})*\s?"
MARK = re.compile(
    rf"\s?(?:\[\[{INNER}\]\]|\\?\[{INNER}\\?\]|[【［]{INNER}(?:†[^】］\n]{{0,30}})?[】］])(?!\()",
    re.IGNORECASE,
)
NUMBERS = re.compile(rf"(\d{{1,2}})(?:\s*[–—-]\s*{NAMED}(\d{{1,2}}))?", re.IGNORECASE)
WIDEST = 8  # of a range, [1–8]; what says more has some other sense
# The tail of a text that may still grow into a mark: keep it back until it is decided.
UNDECIDED = re.compile(r"\s?(?:\\?\[{1,2}|[【［])[^][【】［］()\n]{0,40}[]】］]?$|\s?\\$|\s$")
FENCE = re.compile(r"\s*(```|~~~)")
LONGEST_CLAIM = 2_000  # characters; marks are bound while everybody's answers wait
WIDEN = 0.15  # a neighbour that holds more than this share of the claim belongs to the quote
TABLE_QUOTE = 200  # characters; up to here a row is quoted from its header on

SentencesWithTerms = tuple[list[tuple[int, int]], list[Counter[str]]]


@dataclass(frozen=True)
class Citation:
    """One mark: which document, where in its text, and the words quoted.

    Words that a person has put into the passage stand nowhere in the document: then the place is
    the passage's, and `original` what the document says there.
    """

    number: int
    document_id: str
    document_name: str
    chunk_id: str
    page: int | None
    quote: str
    start_char: int
    end_char: int
    original: str = ""
    section: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Placed:
    """Where a mark stands in the text shown, in code points: " [2]", with its space."""

    start: int
    end: int
    number: int


class Binder:
    """Feed it the model's text; it gives the text to show and the citations, in order."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.citations: list[Citation] = []
        self.marks: list[Placed] = []
        self._shown = 0  # characters
        self._read_once: dict[UUID, SentencesWithTerms] = {}  # marks may name it thousands of times
        self._held = ""
        self._claim = ""
        self._claim_is_over = False
        self._line = ""
        self._fences = 0

    def feed(self, text: str) -> Iterator[str | Citation]:
        self._held += storable(text)
        undecided = UNDECIDED.search(self._held)
        cut = undecided.start() if undecided else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        yield from self._resolve(ready)

    def finish(self) -> Iterator[str | Citation]:
        ready, self._held = self._held, ""
        yield from self._resolve(ready)

    def _resolve(self, text: str) -> Iterator[str | Citation]:
        position = 0
        for mark in MARK.finditer(text):
            before = text[position : mark.start()]
            position = mark.end()
            self._read(before)
            if self._is_code(mark.group()):
                yield self._show(before + mark.group())
                continue
            known = len(self.citations)
            numbers = [citation.number for citation in self._bind(mark.group())]
            yield self._show(before, numbers)
            yield from self.citations[known:]
        rest = text[position:]
        self._read(rest)
        if rest:
            yield self._show(rest)

    def _show(self, text: str, numbers: Sequence[int] = ()) -> str:
        for number in numbers:
            start = self._shown + len(text)
            text += f" [{number}]"
            self.marks.append(Placed(start, self._shown + len(text), number))
        self._shown += len(text)
        return text

    def _is_code(self, mark: str) -> bool:
        """Inside a code block, or like `rows[1]`; a stray backtick in a quote stops no mark."""
        open_here = self._line.count("`") % 2 == 1 and not mark[0].isspace()
        return open_here or self._fences % 2 == 1

    def _read(self, text: str) -> None:
        if text.strip():
            self._claim = (self._claim if not self._claim_is_over else "") + text
            self._claim_is_over = False
        # A fence may arrive in pieces, so it is counted once its line is whole.
        *lines, self._line = (self._line + text).split("\n")
        self._fences += sum(bool(FENCE.match(line)) for line in lines)

    def _bind(self, mark: str) -> Iterator[Citation]:
        """The citations of one mark; marks side by side share the claim before them."""
        self._claim_is_over = True
        for number in dict.fromkeys(numbers_of(mark)):
            if 1 <= number <= len(self.passages):
                yield self._cite(self.passages[number - 1])

    def read(self, passage: Passage) -> SentencesWithTerms:
        if passage.chunk_id not in self._read_once:
            self._read_once[passage.chunk_id] = sentences_with_terms(passage.content)
        return self._read_once[passage.chunk_id]

    def _cite(self, passage: Passage) -> Citation:
        read = self.read(passage)
        start, end = supporting_span(passage.content, last_sentence(self._claim), read)
        quote, span = passage.content[start:end], passage.place_of(start, end)
        for known in self.citations:
            same = (known.chunk_id, known.quote, known.start_char, known.end_char)
            if same == (str(passage.chunk_id), quote, *span):
                return known
        citation = Citation(
            number=len(self.citations) + 1,
            document_id=str(passage.document_id),
            document_name=passage.document_name,
            chunk_id=str(passage.chunk_id),
            page=passage.page,
            quote=quote,
            start_char=span[0],
            end_char=span[1],
            original="" if passage.says(quote, *span) else passage.original,
            section=passage.section,
        )
        self.citations.append(citation)
        return citation


def numbers_of(mark: str) -> Iterator[int]:
    """The passages that a mark names, ranges written out; digits of any script."""
    for first, last in NUMBERS.findall(mark.partition("†")[0]):
        start, end = int(first), int(last or first)
        if start <= end < start + WIDEST:
            yield from range(start, end + 1)


def last_sentence(text: str) -> str:
    """The claim a mark stands behind: the last paragraph's text since the mark before."""
    return text[-LONGEST_CLAIM:].strip().rpartition("\n\n")[2]


def supporting_span(
    content: str, claim: str, read: SentencesWithTerms | None = None
) -> tuple[int, int]:
    """Where in a passage the words of a claim stand: (start, end) of whole sentences.

    The sentence that shares most of the claim's terms, widened to neighbours that hold terms it
    lacks; the whole passage when no term is shared (another language, say). Of a table it is the
    row, not the header that names what the row holds; with the header, where that is near. `read`
    saves reading the passage again.
    """
    spans, terms = read or sentences_with_terms(content)
    wanted = Counter(index_terms(claim))
    if not spans or not wanted:
        return 0, len(content)
    best = max(range(len(spans)), key=lambda number: _share(wanted, terms[number]))
    if not wanted & terms[best]:
        return 0, len(content)
    if is_header(content[slice(*spans[best])]):
        best = _row_below(content, best, wanted, (spans, terms))
    first = last = best
    missing = wanted - terms[best]
    enough = WIDEN * wanted.total()
    while first > 0 and (missing & terms[first - 1]).total() > enough:
        first -= 1
        missing -= terms[first]
    while last + 1 < len(spans) and (missing & terms[last + 1]).total() > enough:
        last += 1
        missing -= terms[last]
    start, end = spans[first][0], spans[last][1]
    header = _header_above(content, first, spans)
    return (header if end - header <= TABLE_QUOTE else start), end


def _row_below(content: str, header: int, wanted: Counter[str], read: SentencesWithTerms) -> int:
    """The row that holds most of what the header lacks; the header itself if none does."""
    spans, terms = read
    missing = wanted - terms[header]
    best, most = header, 0
    for number in range(header + 1, len(spans)):
        if not _goes_on(content, spans[number - 1], spans[number]):
            break
        held = (missing & terms[number]).total()
        if held > most:
            best, most = number, held
    return best


def _header_above(content: str, row: int, spans: Sequence[tuple[int, int]]) -> int:
    """Where the table begins that the row belongs to; where the row does, if it has no header."""
    first = row
    while first > 0 and _goes_on(content, spans[first - 1], spans[first]):
        first -= 1
    return spans[first if is_header(content[slice(*spans[first])]) else row][0]


def _goes_on(content: str, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Two rows of the same table."""
    rows = is_row(content[slice(*before)]) and is_row(content[slice(*after)])
    return rows and content[before[1] : after[0]] == "\n"


def sentences_with_terms(content: str) -> SentencesWithTerms:
    spans = sentences(content)
    return spans, [Counter(index_terms(content[start:end])) for start, end in spans]


def _share(wanted: Counter[str], sentence: Counter[str]) -> float:
    """How much of the claim a sentence covers, less a little for words the claim lacks."""
    return (wanted & sentence).total() / (wanted.total() + 0.1 * sentence.total())
