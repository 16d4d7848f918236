"""What stands behind a citation: the passage amid its document's text, as it is stored now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import StrIndex, Substr

from accounts.models import User
from conversations.rendering import passage_url
from documents.blocks import Block, blocks_of
from documents.models import Document, DocumentChunk, DocumentText
from documents.reading import Stretch, as_json, stretches

AROUND = 700  # characters of the document shown before and after a quote
FURTHEST = 20_000


@dataclass(frozen=True)
class Reach:
    """How many characters before and after a quote are shown."""

    before: int = AROUND
    after: int = AROUND

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Reach:
        return cls(_within(query.get("before", "")), _within(query.get("after", "")))

    @property
    def further_up(self) -> str:
        return f"?before={min(FURTHEST, 4 * self.before)}&after={self.after}"

    @property
    def further_down(self) -> str:
        return f"?before={self.before}&after={min(FURTHEST, 4 * self.after)}"


@dataclass(frozen=True)
class Source:
    """A citation for the panel. Name, page, section and quote are those of the answer's time;
    `before` and `after` are empty when the document says something else there by now. `moved_url`
    is where the same words stand instead; `original` what it says where the words quoted were put
    in by a person."""

    citation: dict[str, Any]
    url: str
    exists: bool
    is_open: bool = True  # to whoever asks
    document: Document | None = None
    section: str = ""
    before: str = ""
    after: str = ""
    has_changed: bool = False
    moved_url: str = ""
    original: str = ""
    reach: Reach = Reach()
    has_more_before: bool = False
    has_more_after: bool = False
    stretches: tuple[Stretch, ...] = ()

    @property
    def words(self) -> str:
        """The document's own."""
        return self.original or str(self.citation["quote"])

    @property
    def stretches_json(self) -> str:
        return as_json(self.stretches)

    @property
    def is_drawn(self) -> bool:
        return bool(self.stretches) and self.document is not None and self.document.can_be_drawn

    @property
    def blocks(self) -> list[Block]:
        start = len(self.before)
        text = self.before + self.words + self.after
        return blocks_of(text, (start, start + len(self.words)))


def sources_of(
    user: User, citations: list[dict[str, Any]], current: int, reach: Reach = Reach()
) -> list[Source]:
    """Every source of an answer, the current one with its surroundings; call it in a scope."""
    ids = {citation["document_id"] for citation in citations}
    there = Document.objects.filter(pk__in=ids)
    known = {str(pk) for pk in there.values_list("pk", flat=True)}
    visible = {str(document.pk): document for document in there.visible_to(user)}
    sources = []
    for citation in citations:
        pk = citation["document_id"]
        source = Source(
            citation,
            passage_url(citation),
            exists=pk in known,
            is_open=pk in visible,
            document=visible.get(pk),
            original=citation.get("original", ""),  # older citations do not have it
            reach=reach,
        )
        if citation["number"] == current:
            source = replace(source, section=_section(citation))
            source = _amid_text(source) if source.is_open else source
        sources.append(source)
    return sources


def _amid_text(source: Source) -> Source:
    citation, reach = source.citation, source.reach
    start, end = citation["start_char"], citation["end_char"]
    first = max(0, start - reach.before)
    found = (
        DocumentText.objects.filter(document_id=citation["document_id"])
        .annotate(excerpt=Substr("content", first + 1, end + reach.after + 1 - first))
        .values_list("excerpt", "pages")
        .first()
    )
    text, pages = found or ("", [])
    before, there = text[: start - first], text[start - first : end - first]
    after = text[end - first :]
    if there != source.words:
        return replace(source, has_changed=True, moved_url=_where_now(source))
    more = len(after) > reach.after
    return replace(
        source,
        before=_from_word(before, reach.before) if first else before,
        after=_to_word(after[: reach.after], reach.after) if more else after,
        has_more_before=first > 0 and reach.before < FURTHEST,
        has_more_after=more and reach.after < FURTHEST,
        stretches=tuple(stretches(pages, there, start)),
    )


def _where_now(source: Source) -> str:
    """Where the same words stand in the document as it is now; "" if nowhere."""
    citation, words = source.citation, source.words
    found = (
        DocumentText.objects.filter(document_id=citation["document_id"])
        .annotate(at=StrIndex("content", Value(words)))
        .filter(at__gt=0)
        .values_list(F("at") - 1, "pages")
        .first()
    )
    if not found:
        return ""
    start, pages = found
    touched = stretches(pages, words, start)
    page = touched[0].page if touched else None
    place = {"start_char": start, "end_char": start + len(words), "page": page}
    return passage_url(citation | place)


def _section(citation: dict[str, Any]) -> str:
    """As the answer kept it. Older ones did not: then of the passage that holds the quote now."""
    if "section" in citation:
        return str(citation["section"])
    chunks = DocumentChunk.objects.present().filter(
        document_id=citation["document_id"],
        start_char__lte=citation["start_char"],
        end_char__gt=citation["start_char"],
    )
    return chunks.values_list("section", flat=True).first() or ""


def _within(given: str) -> int:
    number = int(given) if given.isdecimal() and len(given) < 7 else AROUND
    return min(max(AROUND, number), FURTHEST)


def _from_word(text: str, reach: int) -> str:
    """Cut at a line or a word, so that the excerpt does not begin amid one."""
    for separator in ("\n", " "):
        head, found, tail = text.partition(separator)
        if found and len(head) < reach // 3:
            return "…" + tail
    return "…" + text


def _to_word(text: str, reach: int) -> str:
    for separator in ("\n", " "):
        head, found, tail = text.rpartition(separator)
        if found and len(tail) < reach // 3:
            return head + "…"
    return text + "…"
