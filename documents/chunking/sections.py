"""Sections of a document, page by page, and which short ones share a chunk."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from documents.chunking.atoms import LONGEST_HEADING, Atom, Counter, Path, atoms_of, blocks
from documents.extraction.result import Extracted

SHORT = 80  # tokens

HEADING_LINES = re.compile(r".*(?:\n {0,3}(?:=+|-+)[ \t]*$)?", re.MULTILINE)


@dataclass
class Section:
    start: int
    end: int
    path: Path
    body: int  # where the heading, or the headings above one another, end
    atoms: list[Atom] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        return sum(atom.tokens for atom in self.atoms)

    def is_near(self, other: "Section") -> bool:
        """Below it, or beside it under the same parent."""
        below = self.path[: len(other.path)] == other.path
        return below or self.path[:-1] == other.path[:-1]

    def lies_under(self, other: "Section") -> bool:
        return self.path[:-1][: len(other.path)] == other.path


def pages_of_sections(extracted: Extracted, counter: Counter, most: int) -> Iterator[list[Section]]:
    """Those that are not blank, in reading order, one list a page; unpaged text is one page."""
    for sections in _pages(extracted):
        kept = _not_blank(extracted.text, sections)
        _fill(extracted.text, kept, counter, most)
        yield kept


def alone(sections: list[Section]) -> Iterator[list[Atom]]:
    return (section.atoms for section in sections)


def together(sections: list[Section]) -> Iterator[list[Atom]]:
    """Very short sections join their neighbours under the same parent."""
    group: list[Atom] = []
    first = None
    size = 0
    for section in sections:
        short = size < SHORT or section.tokens < SHORT
        if first is None or not (short and section.is_near(first)):
            if group:
                yield group
            group, size, first = [], 0, section
        group += section.atoms
        size += section.tokens
    if group:
        yield group


def _pages(extracted: Extracted) -> Iterator[list[Section]]:
    starts = [start for start, _ in extracted.pages[1:]]
    path: Path = ()
    coming = _headings(extracted)
    heading = next(coming, None)
    for start, end in zip([0, *starts], [*starts, len(extracted.text)], strict=True):
        sections = [Section(start, end, path, start)]
        while heading is not None and heading.start < end:
            sections[-1].end = heading.start
            sections.append(replace(heading, end=end))
            path = heading.path
            heading = next(coming, None)
        yield sections


def _headings(extracted: Extracted) -> Iterator[Section]:
    stack: list[tuple[int, str]] = []
    for heading in extracted.headings:
        while stack and stack[-1][0] >= heading.level:
            stack.pop()
        stack.append((heading.level, heading.title))
        match = HEADING_LINES.match(extracted.text, heading.start)
        body = match.end() if match else heading.start
        yield Section(heading.start, body, tuple(title for _, title in stack), body)


def _not_blank(text: str, sections: Iterable[Section]) -> list[Section]:
    """A heading without text of its own goes with the section below it."""
    kept: list[Section] = []
    for section in sections:
        above = kept[-1] if kept else None
        if above and _is_bare_heading(text, above) and section.lies_under(above):
            section.start = kept.pop().start
        if text[section.start : section.end].strip():
            kept.append(section)
    return kept


def _is_bare_heading(text: str, section: Section) -> bool:
    return bool(section.path) and not text[section.body : section.end].strip()


def _fill(text: str, sections: list[Section], counter: Counter, most: int) -> None:
    """Give each its atoms; all are counted in one go."""
    found = (
        block
        for section in sections
        for block in blocks(text, section.start, section.end, section.path)
    )
    coming = iter(sections)
    section = next(coming, None)
    for atom in atoms_of(text, found, counter, most):
        while section and atom.start >= section.end:
            section = next(coming, None)
        if section:
            section.atoms.append(atom)
    for section in sections:
        section.atoms = _with_heading(section.atoms, section.body)


def _with_heading(atoms: list[Atom], body: int) -> list[Atom]:
    """Tie the heading to the first words below it."""
    tokens = last = 0
    for place, atom in enumerate(atoms):
        tokens += atom.tokens
        last = place
        if atom.end > body or tokens > LONGEST_HEADING:
            break
    first = atoms[last]
    first.start, first.lead = atoms[0].start, atoms[0].lead
    first.tokens, first.opens_section = tokens, True
    return atoms[last:]
