"""Whether the passages that an answer cites say what it says, statement by statement.

Words decide where they can: a quote; a number, a name or a denial in which claim and source differ;
most of the words. What they leave open is compared by meaning (`conversations.meaning`). The limits
were found by `python -m benchmarks.claims`; figures are in docs/rag.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conversations.citations import Binder, Placed, SentencesWithTerms
from documents.retrieval import Passage
from language import agreement
from language.sentences import sentences
from language.tables import is_header, is_row
from language.terms import STOP_WORDS, index_terms, words
from providers.local.background import script_of

LOOKED_AT = 20_000  # characters of an answer, and statements in them
MOST = 100
LONGEST = 600  # characters of a statement that are weighed
FEWEST = 3  # words of a statement of its own, in a sentence with several marks
ENOUGH = 0.75  # share of the words, from which on they decide
ALIKE = 0.5  # of the words, for a name or a denial to tell two statements apart
ALONE = 0.7  # of the share and the share in the quote together, where meaning cannot be asked
SUPPORTED = {"quote", "words", "meaning"}  # the reasons that speak for a claim
CITED = re.compile(r"\[(\d{1,2})\](?!\()")
SPACED = re.compile(rf"\s?{CITED.pattern}")
LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
BULLET = re.compile(r"(?:^|\n)\s*(?:[-+•]|\d{1,3}[.)])\s")
MARKUP = str.maketrans({**dict.fromkeys("*_`~#>"), "|": " "})


@dataclass
class Claim:
    """A statement and its marks, content[start:end]. No `reason`: words leave it open."""

    start: int
    end: int
    numbers: tuple[int, ...]
    text: str
    reason: str = ""
    share: float = 0.0  # of its words in the passages
    quoted: float = 0.0  # and in the quotes
    sources: list[Source] = field(default_factory=list)

    def cite(self, marks: Sequence[Placed]) -> None:
        """The claim goes on up to these, too."""
        self.end = marks[-1].end
        self.numbers = tuple(dict.fromkeys([*self.numbers, *(mark.number for mark in marks)]))

    def as_json(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "numbers": list(self.numbers),
            "supported": self.reason in SUPPORTED,
            "reason": self.reason,
        }


@dataclass
class Source:
    """A cited passage, read once for all claims that name it."""

    passage: Passage
    quote: str
    read: SentencesWithTerms

    @cached_property
    def terms(self) -> set[str]:
        named = index_terms(f"{self.passage.document_name} {self.passage.section}")
        return set(named).union(*self.read[1])

    @cached_property
    def quoted_terms(self) -> set[str]:
        return set(index_terms(self.quote))

    @cached_property
    def text(self) -> str:
        """What it is called and stands under may be said of it, too."""
        page = f"\n{self.passage.page}" if self.passage.page else ""
        passage = self.passage
        return f"{passage.document_name}\n{passage.section}{page}\n{passage.content}"

    @cached_property
    def has_nouns_in_capitals(self) -> bool:
        return agreement.has_nouns_in_capitals(self.passage.content)


def weighed(content: str, binder: Binder, question: str = "") -> list[Claim]:
    """The claims of an answer, as far as words decide."""
    sources = sources_of(binder)
    claims = claims_of(content[:LOOKED_AT], binder.marks)[:MOST]
    for claim in claims:
        claim.sources = [sources[number] for number in claim.numbers if number in sources]
        claim.reason = _by_words(claim, question)
    return claims


def by_words_alone(claims: Sequence[Claim]) -> list[Claim]:
    """What is still open decided without meaning; left out where words cannot tell."""
    for claim in claims:
        if not claim.reason and not is_foreign(claim):
            claim.reason = "words" if claim.share + claim.quoted >= ALONE else "unlike"
    return [claim for claim in claims if claim.reason]


def is_foreign(claim: Claim) -> bool:
    """In another script than its sources: words have nothing to say."""
    scripts = {script_of(source.quote) for source in claim.sources}
    return script_of(claim.text) not in scripts


def doubted(content: str, claims: Sequence[dict[str, Any]]) -> str:
    """The answer with the marks of what is not clearly supported as [1?]."""
    parts, at = [], 0
    for claim in claims:
        if not claim["supported"]:
            said = content[claim["start"] : claim["end"]]
            parts += [content[at : claim["start"]], CITED.sub(r"[\1?]", said)]
            at = claim["end"]
    return "".join([*parts, content[at:]])


def without_marks(content: str) -> str:
    return SPACED.sub("", content)


def sources_of(binder: Binder) -> dict[int, Source]:
    passages = {str(passage.chunk_id): passage for passage in binder.passages}
    return {
        citation.number: Source(passage, citation.quote, binder.read(passage))
        for citation in binder.citations
        if (passage := passages.get(citation.chunk_id))
    }


def plain(text: str) -> str:
    """Without Markdown, in one line."""
    linked = LINK.sub(r"\1", text) if "](" in text else text
    return " ".join(BULLET.sub(" ", linked.translate(MARKUP)).split())


def _by_words(claim: Claim, question: str) -> str:
    said, sources = claim.text.rstrip(".。!?！？।:： "), claim.sources
    if any(said in source.passage.content for source in sources):
        return "quote"
    if agreement.lacks_a_number(said, "\n".join(source.text for source in sources)):
        return "number"
    wanted = [forms for forms in words(said) if forms[0] not in STOP_WORDS]
    claim.share = _share(wanted, _all(source.terms for source in sources))
    claim.quoted = _share(wanted, _all(source.quoted_terms for source in sources))
    if claim.share < ALIKE:
        return ""
    if _lacks_a_name(said, sources, question):
        return "name"
    if all(agreement.differ_in_denial(said, source.quote) for source in sources):
        return "denial"
    return "words" if claim.share >= ENOUGH else ""


def _lacks_a_name(said: str, sources: Sequence[Source], question: str) -> bool:
    """What the person has named may be repeated."""
    found = agreement.names(said)
    if not found or any(source.has_nouns_in_capitals for source in sources):
        return False
    return agreement.lacks_a_name(found, "\n".join([question, *(s.text for s in sources)]))


def _share(wanted: Sequence[tuple[str, ...]], known: set[str]) -> float:
    held = sum(not known.isdisjoint(forms) for forms in wanted)
    return held / len(wanted) if wanted else 1.0


def _all(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def claims_of(content: str, marks: Sequence[Placed]) -> list[Claim]:
    """Each statement that has a mark: a sentence or a row, or the part of it before its marks.

    Marks after the full stop belong to the sentence before.
    """
    found: list[Claim] = []
    before, place = 0, 0  # where the sentence before begins
    for start, end in sentences(content):
        inside = []
        while place < len(marks) and marks[place].start + 1 < end:
            inside.append(marks[place])
            place += 1
        groups = _groups(content, inside)
        if _has_words(content[before:start]) and _begins_with_marks(content, start, groups):
            late = groups.pop(0)
            if found and found[-1].start >= before:
                found[-1].cite(late)
            else:
                found += _parts(content, before, late[-1].end, [late])
            start = late[-1].end
        if not is_header(content[start:end]):
            found += _parts(content, start, end, groups)
        before = start
    return found


def _begins_with_marks(content: str, start: int, groups: list[list[Placed]]) -> bool:
    """Right behind the sentence before, in the same paragraph."""
    if not groups or _has_words(content[start : groups[0][0].start]):
        return False
    return "\n" not in content[groups[0][0].start : start]


def _groups(content: str, marks: Sequence[Placed]) -> list[list[Placed]]:
    """Marks side by side."""
    groups: list[list[Placed]] = []
    for mark in marks:
        if groups and not _has_words(content[groups[-1][-1].end : mark.start]):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups


def _parts(content: str, start: int, end: int, groups: list[list[Placed]]) -> list[Claim]:
    """What stands before each group of marks; what follows the last one belongs to it, and words
    too few for a statement to the next."""
    found: list[Claim] = []
    at, text = start, ""
    numbers: tuple[int, ...] = ()
    for group in groups:
        text += content[at : group[0].start]
        numbers += tuple(mark.number for mark in group)
        at = group[-1].end
        if is_row(content[start:end]) or (len(text.split()) < FEWEST and text.isascii()):
            continue
        found.append(Claim(start, at, numbers, text))
        start, text, numbers = at, "", ()
    if numbers and found:
        found[-1].text += text
        found[-1].numbers += numbers
    elif numbers:
        found.append(Claim(start, at, numbers, text))
    if found:
        found[-1].text += content[at:end]
        found[-1].end = end
    for claim in found:
        claim.start += len(content[claim.start : claim.end]) - len(
            content[claim.start : claim.end].lstrip()
        )
        claim.numbers = tuple(dict.fromkeys(claim.numbers))
        claim.text = plain(claim.text)[:LONGEST]
    return found


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
