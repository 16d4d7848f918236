"""What stands behind a citation: the passage amid its document's text, as it is stored now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Substr

from conversations.rendering import passage_url
from documents.models import Document, DocumentChunk, DocumentText

AROUND = 700  # characters of the document shown before and after a quote


@dataclass(frozen=True)
class Source:
    """A citation for the panel. `before` and `after` are empty when the document has changed;
    `original` is what it says where the words quoted were put in by a person."""

    citation: dict[str, Any]
    url: str
    exists: bool
    section: str = ""
    before: str = ""
    after: str = ""
    has_changed: bool = False
    original: str = ""


def sources_of(citations: list[dict[str, Any]], current: int) -> list[Source]:
    """Every source of an answer, the current one with its surroundings; call it in a scope."""
    ids = {citation["document_id"] for citation in citations}
    found = {str(pk) for pk in Document.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return [
        _amid_text(citation)
        if citation["number"] == current and citation["document_id"] in found
        else Source(citation, passage_url(citation), citation["document_id"] in found)
        for citation in citations
    ]


def _amid_text(citation: dict[str, Any]) -> Source:
    start, end = citation["start_char"], citation["end_char"]
    original = citation.get("original", "")  # older citations do not have it
    first = max(0, start - AROUND)
    text = (
        DocumentText.objects.filter(document_id=citation["document_id"])
        .annotate(excerpt=Substr("content", first + 1, end + AROUND - first))
        .values_list("excerpt", flat=True)
        .first()
    ) or ""
    before, there = text[: start - first], text[start - first : end - first]
    if there != (original or citation["quote"]):
        url = passage_url(citation)
        return Source(citation, url, exists=True, has_changed=True, original=original)
    return Source(
        citation,
        passage_url(citation),
        exists=True,
        section=_section(citation),
        before=_from_word(before) if first else before,
        after=_to_word(text[end - first :]),
        original=original,
    )


def _section(citation: dict[str, Any]) -> str:
    """Of the passage that holds the quote now; its id has changed if it was embedded anew."""
    chunks = DocumentChunk.objects.present().filter(
        document_id=citation["document_id"],
        start_char__lte=citation["start_char"],
        end_char__gt=citation["start_char"],
    )
    return chunks.values_list("section", flat=True).first() or ""


def _from_word(text: str) -> str:
    """Cut at a line or a word, so that the excerpt does not begin amid one."""
    for separator in ("\n", " "):
        head, found, tail = text.partition(separator)
        if found and len(head) < AROUND // 3:
            return "…" + tail
    return "…" + text


def _to_word(text: str) -> str:
    if len(text) < AROUND:
        return text
    for separator in ("\n", " "):
        head, found, tail = text.rpartition(separator)
        if found and len(tail) < AROUND // 3:
            return head + "…"
    return text + "…"
