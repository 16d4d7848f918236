"""Cut a document into pieces that an embedder reads whole and a person reads with sense.

Cuts fall between sections, then paragraphs, then list items, table rows and lines of code, then
sentences, and only inside a sentence that is too long by itself, at its line ends if it has any.
No piece crosses a page or a sheet.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from documents.chunking.atoms import LONGEST_HEADING, Atom, Counter, Path
from documents.chunking.contexts import PATH, contexts
from documents.chunking.lines import Kind
from documents.chunking.sections import alone, pages_of_sections, together
from documents.extraction.result import ODS, XLS, XLSX, Extracted

SCRAP = 50  # tokens; a last piece below this joins the one before
SECTION_CHARS = 300
WORKBOOKS = {XLSX, XLS, ODS}  # a sheet is found and cited by its own name, however short


@dataclass(frozen=True)
class Sizes:
    """In tokens of the embedder; docs/rag.md has the figures behind them."""

    full: int = 300
    thin: int = 120  # below this a piece may grow to `most` rather than stay a scrap
    most: int = 400
    overlap: int = 45  # a sentence up to here is said again where its paragraph had to be cut


SIZES = Sizes()


@dataclass(frozen=True)
class Piece:
    """`context` is what is embedded above the text (documents.contexts), which is what
    `token_count` counts."""

    start: int
    end: int
    page: int | None
    section: str
    token_count: int
    context: str = ""


def split(
    extracted: Extracted, counter: Counter, title: str = "", sizes: Sizes = SIZES
) -> list[Piece]:
    """Ordered pieces; together they hold every character that is not blank.

    By the counter no piece is longer with its context than an embedder reads. Raises
    ProviderError when the counter cannot be reached.
    """
    most = min(sizes.most, counter.max_tokens - LONGEST_HEADING)
    sizes = replace(sizes, most=most, full=min(sizes.full, most))
    page_starts = [start for start, _ in extracted.pages]
    pieces, options = [], []
    for atoms in _packs(extracted, counter, sizes):
        piece = _piece(extracted.text, atoms, page_starts)
        pieces.append(piece)
        options.append(contexts(title, piece.section, atoms[0].lead))
    return list(_in_context(pieces, options, counter))


def _packs(extracted: Extracted, counter: Counter, sizes: Sizes) -> Iterator[list[Atom]]:
    grouped = alone if extracted.mime_type in WORKBOOKS else together
    for sections in pages_of_sections(extracted, counter, sizes.most):
        for group in grouped(sections):
            yield from _packed(group, sizes)


def _piece(text: str, atoms: list[Atom], page_starts: list[int]) -> Piece:
    start, end = _trimmed(text, atoms)
    page = max(1, bisect_right(page_starts, start)) if page_starts else None
    section = PATH.join(_shared_path(atoms)) or _names(atoms)
    if len(section) > SECTION_CHARS:
        section = section[: SECTION_CHARS - 1] + "…"
    return Piece(start, end, page, section, sum(atom.tokens for atom in atoms))


def _trimmed(text: str, atoms: list[Atom]) -> tuple[int, int]:
    """Without white space around, but for the indentation of code."""
    start, end = atoms[0].start, atoms[-1].end
    piece = text[start:end]
    if atoms[0].kind is not Kind.CODE:
        start = end - len(piece.lstrip())
    return start, end - len(piece) + len(piece.rstrip())


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


def _in_context(
    pieces: list[Piece], options: list[tuple[str, ...]], counter: Counter
) -> Iterator[Piece]:
    """Each under the fullest context that leaves it whole."""
    fullest = list(dict.fromkeys(choice[0] for choice in options))
    tokens = dict(zip(fullest, counter.count_tokens(fullest), strict=True))
    for piece, choice in zip(pieces, options, strict=True):
        room = counter.max_tokens - piece.token_count
        for context in choice:
            if context not in tokens:
                [tokens[context]] = counter.count_tokens([context])
            if tokens[context] <= room:
                yield replace(piece, context=context)
                break
        else:
            yield piece


def _packed(group: list[Atom], sizes: Sizes) -> list[list[Atom]]:
    packs: list[list[Atom]] = []
    pack: list[Atom] = []
    size = 0
    for atom in group:
        if pack and _is_full(pack, size, atom, sizes):
            packs.append(pack)
            pack = _overlap(pack[-1], atom, sizes)
            size = sum(kept.tokens for kept in pack)
        pack.append(atom)
        size += atom.tokens
    if packs and size < SCRAP and size + sum(atom.tokens for atom in packs[-1]) <= sizes.most:
        packs[-1] += [atom for atom in pack if atom.start >= packs[-1][-1].end]
    else:
        packs.append(pack)
    return packs


def _is_full(pack: list[Atom], size: int, atom: Atom, sizes: Sizes) -> bool:
    if atom.opens_section and size >= sizes.full // 2:
        return True
    return size + atom.tokens > (sizes.full if size >= sizes.thin else sizes.most)


def _overlap(last: Atom, atom: Atom, sizes: Sizes) -> list[Atom]:
    """One sentence again, where a paragraph had to be cut between its sentences."""
    same = last.paragraph >= 0 and last.paragraph == atom.paragraph
    fits = last.tokens <= sizes.overlap and last.tokens + atom.tokens <= sizes.most
    return [last] if same and fits else []
