"""What chunking does not cut again: paragraphs, else their rows, lines and sentences, else slices.

A row of a table and a line of code are cut only if they are longer than a chunk may be: at cells,
at spaces.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from documents.chunking.clusters import clings, cut_near
from documents.chunking.lines import Kind, Span, fence_after, lines, units
from language.sentences import sentences

LONGEST_HEADING = 60  # tokens
SCRAP = 40  # characters; so short lines and paragraphs are not worth a cut between them
SENTENCES_TOGETHER = 100
SLICE = 96
WINDOW = 50_000  # characters whose sentences are looked for at once
CHARS_A_TOKEN = 10  # more than any language has; bounds what a count knows nothing about
COUNTED_AT_ONCE = 256

BAR = re.compile(r"(?<!\\)\|")

Path = tuple[str, ...]


class Counter(Protocol):
    """An embedder, as far as its tokens are concerned."""

    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(slots=True)
class Atom:
    """Sentences know the paragraph that had to be cut for them; rows and lines of code what a
    reader of them alone would miss (`lead`)."""

    start: int
    end: int
    tokens: int = -1  # not counted yet
    kind: Kind = Kind.PROSE
    lead: str = ""
    path: Path = ()
    paragraph: int = -1
    opens_section: bool = False


def blocks(text: str, start: int, end: int, path: Path = ()) -> Iterator[Atom]:
    """The paragraphs, not counted yet."""
    return _scraps_together(Atom(*span, path=path) for span in _paragraphs(text, start, end))


def atoms_of(text: str, found: Iterable[Atom], counter: Counter, most: int) -> Iterator[Atom]:
    """Counted, and cut until none has more than `most` tokens; prose leaves room for a heading."""
    atoms = _counted(text, found, counter, most)
    for cut in (_units, _apart, _clauses, _slices):
        atoms = _counted(text, _finer(text, atoms, cut, most), counter, most)
    return atoms


def _counted(text: str, found: Iterable[Atom], counter: Counter, most: int) -> Iterator[Atom]:
    atoms = iter(found)
    while batch := list(islice(atoms, COUNTED_AT_ONCE)):
        new = [atom for atom in batch if atom.tokens < 0]
        counts = iter(_counts(text, new, counter, most))
        for atom in batch:
            if atom.tokens < 0:
                atom.tokens = next(counts)
            yield atom


def _counts(text: str, atoms: list[Atom], counter: Counter, most: int) -> list[int]:
    """What is far too long is not read for that."""
    least = [(atom.end - atom.start) // CHARS_A_TOKEN for atom in atoms]
    texts = [
        text[atom.start : atom.end] if few <= most else ""
        for atom, few in zip(atoms, least, strict=True)
    ]
    counts = counter.count_tokens(texts) if texts else []
    return [max(pair) for pair in zip(counts, least, strict=True)]


def _finer(
    text: str, atoms: Iterable[Atom], cut: Callable[[str, Atom], Iterator[Atom]], most: int
) -> Iterator[Atom]:
    for atom in atoms:
        room = LONGEST_HEADING if atom.kind is Kind.PROSE else 0
        if atom.tokens <= most - room:
            yield atom
        else:
            yield from cut(text, replace(atom, tokens=-1))


def _paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """Trimmed; blank lines inside a fence do not end one."""
    first = last = -1
    fence = ""
    for line_start, line_end in lines(text, start, end):
        line = text[line_start:line_end]
        if not fence and (not line or line.isspace()):
            if first >= 0:
                yield first, last
            first = -1
            continue
        fence = fence_after(fence, line)
        if first < 0:
            first = line_start + len(line) - len(line.lstrip())
        if line.strip():
            last = line_start + len(line.rstrip())
    if first >= 0:
        yield first, last


def _units(text: str, atom: Atom) -> Iterator[Atom]:
    return _scraps_together(
        replace(atom, start=unit.start, end=unit.end, kind=unit.kind, lead=unit.lead)
        for unit in units(text, atom.start, atom.end)
    )


def _scraps_together(atoms: Iterable[Atom]) -> Iterator[Atom]:
    """Runs of very short ones; otherwise a text could have millions of atoms."""
    held: Atom | None = None
    for atom in atoms:
        if held and held.kind is atom.kind and _is_scrap(held) and _is_scrap(atom):
            held.end = atom.end
            continue
        if held:
            yield held
        held = atom
    if held:
        yield held


def _is_scrap(atom: Atom) -> bool:
    return atom.end - atom.start < SCRAP


def _apart(text: str, atom: Atom) -> Iterator[Atom]:
    """A header and its first row, a fence and the line inside it, too long together."""
    if atom.kind is Kind.PROSE:
        yield atom
        return
    for unit in units(text, atom.start, atom.end, singly=True):
        yield replace(atom, start=unit.start, end=unit.end, lead=atom.lead or unit.lead)


def _clauses(text: str, atom: Atom) -> Iterator[Atom]:
    """Cells of a row, sentences of anything else; the shortest together with the next."""
    first = atom.start
    for cut in _ends_of_clauses(text, atom):
        if cut - first >= SENTENCES_TOGETHER and not clings(text, cut):
            yield replace(atom, start=first, end=cut, paragraph=_paragraph(atom))
            first = cut
    yield replace(atom, start=first, paragraph=_paragraph(atom))


def _ends_of_clauses(text: str, atom: Atom) -> Iterator[int]:
    if atom.kind is Kind.ROW:
        yield from (bar.start() for bar in BAR.finditer(text, atom.start + 1, atom.end - 1))
        return
    start = atom.start
    while start < atom.end:
        end = cut_near(text, start, atom.end, WINDOW)
        yield from (start + first for first, _ in sentences(text[start:end]) if first)
        if end < atom.end:
            yield end
        start = end


def _paragraph(atom: Atom) -> int:
    return atom.start if atom.kind is Kind.PROSE else -1


def _slices(text: str, atom: Atom) -> Iterator[Atom]:
    start = atom.start
    while start < atom.end:
        cut = cut_near(text, start, atom.end, SLICE)
        if not text[start:cut].isspace():
            yield replace(atom, start=start, end=cut, paragraph=-1)
        start = cut
