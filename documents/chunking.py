"""Cut a document into pieces that an embedder reads whole and a person reads with sense.

Pieces of about 300 tokens: the embedder stops at 512, and smaller ones lose what a pronoun means.
Cuts fall between sections, then paragraphs, then list items, table rows and lines of code, then
sentences, and only inside a sentence that is too long by itself, at its line ends if it has any.
No piece crosses a page or a sheet.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from documents.atoms import LONGEST_HEADING, MOST, Atom, Path, atoms_of
from documents.extraction.result import ODS, XLS, XLSX, Extracted
from language.tokens import estimate_tokens

FULL = 300
THIN = 120  # below this a piece may grow to MOST rather than stay a scrap
SHORT_SECTION = 80
SCRAP = 50
OVERLAP = 45  # 15 % of FULL
SECTION_CHARS = 300
WORKBOOKS = {XLSX, XLS, ODS}  # a sheet is found and cited by its own name, however short

HEADING_LINES = re.compile(r".*(?:\n {0,3}(?:=+|-+)[ \t]*$)?", re.MULTILINE)


@dataclass(frozen=True)
class Piece:
    start: int
    end: int
    page: int | None
    section: str
    token_count: int


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


def split(extracted: Extracted) -> list[Piece]:
    """Ordered pieces; together they hold every character that is not blank."""
    text = extracted.text
    page_starts = [start for start, _ in extracted.pages]
    pieces: list[Piece] = []
    for sections in _pages_of_sections(extracted):
        groups = _alone(sections) if extracted.mime_type in WORKBOOKS else _groups(sections)
        for group in groups:
            for atoms in _packed(group):
                pieces.append(_piece(text, atoms, page_starts))
    return pieces


def _piece(text: str, atoms: list[Atom], page_starts: list[int]) -> Piece:
    start, end = _trimmed(text, atoms[0].start, atoms[-1].end)
    page = max(1, bisect_right(page_starts, start)) if page_starts else None
    section = " › ".join(_shared_path(atoms)) or _names(atoms)
    if len(section) > SECTION_CHARS:
        section = section[: SECTION_CHARS - 1] + "…"
    return Piece(start, end, page, section, estimate_tokens(text[start:end]))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


def _shared_path(atoms: list[Atom]) -> Path:
    shared = atoms[0].path
    for path in {atom.path for atom in atoms}:
        while path[: len(shared)] != shared:
            shared = shared[:-1]
    return shared


def _names(atoms: list[Atom]) -> str:
    """Sections that share no parent are all named; words above the first one have no name."""
    tops = [atom.path[0] if atom.path else "" for atom in atoms]
    return "" if tops[0] == "" else " · ".join(dict.fromkeys(tops))


# Sections


def _pages_of_sections(extracted: Extracted) -> Iterator[list[Section]]:
    """Sections in reading order, one list a page; unpaged text is a single page."""
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
        yield _with_atoms(extracted.text, sections)


def _headings(extracted: Extracted) -> Iterator[Section]:
    stack: list[tuple[int, str]] = []
    for heading in extracted.headings:
        while stack and stack[-1][0] >= heading.level:
            stack.pop()
        stack.append((heading.level, heading.title))
        match = HEADING_LINES.match(extracted.text, heading.start)
        body = match.end() if match else heading.start
        yield Section(heading.start, body, tuple(title for _, title in stack), body)


def _with_atoms(text: str, sections: list[Section]) -> list[Section]:
    """Drop blank sections; a heading without text of its own goes with the section below it."""
    kept: list[Section] = []
    for section in sections:
        above = kept[-1] if kept else None
        if above and _is_bare_heading(text, above) and section.lies_under(above):
            section.start = kept.pop().start
        if not text[section.start : section.end].strip():
            continue
        kept.append(section)
    for section in kept:
        atoms = [
            replace(atom, path=section.path) for atom in atoms_of(text, section.start, section.end)
        ]
        section.atoms = _with_heading(atoms, section.body)
    return kept


def _is_bare_heading(text: str, section: Section) -> bool:
    return bool(section.path) and not text[section.body : section.end].strip()


def _with_heading(atoms: list[Atom], body: int) -> list[Atom]:
    """Tie the heading to the first words below it."""
    tokens = last = 0
    for place, atom in enumerate(atoms):
        tokens += atom.tokens
        last = place
        if atom.end > body or tokens > LONGEST_HEADING:
            break
    first = replace(atoms[last], start=atoms[0].start, tokens=tokens, opens_section=True)
    return [first, *atoms[last + 1 :]]


def _alone(sections: list[Section]) -> Iterator[list[Atom]]:
    return (section.atoms for section in sections)


def _groups(sections: list[Section]) -> Iterator[list[Atom]]:
    """Very short sections join their neighbours under the same parent."""
    group: list[Atom] = []
    first = None
    size = 0
    for section in sections:
        short = size < SHORT_SECTION or section.tokens < SHORT_SECTION
        if first is None or not (short and section.is_near(first)):
            if group:
                yield group
            group, size, first = [], 0, section
        group += section.atoms
        size += section.tokens
    if group:
        yield group


# Packing


def _packed(group: list[Atom]) -> list[list[Atom]]:
    packs: list[list[Atom]] = []
    pack: list[Atom] = []
    size = 0
    for atom in group:
        if pack and _is_full(pack, size, atom):
            packs.append(pack)
            pack = _overlap(pack[-1], atom)
            size = sum(kept.tokens for kept in pack)
        pack.append(atom)
        size += atom.tokens
    if packs and size < SCRAP and size + sum(atom.tokens for atom in packs[-1]) <= MOST:
        packs[-1] += [atom for atom in pack if atom.start >= packs[-1][-1].end]
    else:
        packs.append(pack)
    return packs


def _is_full(pack: list[Atom], size: int, atom: Atom) -> bool:
    if atom.opens_section and size >= FULL // 2:
        return True
    return size + atom.tokens > (FULL if size >= THIN else MOST)


def _overlap(last: Atom, atom: Atom) -> list[Atom]:
    """One sentence again, where a paragraph had to be cut between its sentences."""
    same = last.paragraph >= 0 and last.paragraph == atom.paragraph
    return [last] if same and last.tokens <= OVERLAP and last.tokens + atom.tokens <= MOST else []
