"""A document that somebody has named, as long as it is in scope: its text and passages of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from django.db.models import QuerySet

from accounts.tenancy import scope as scoped
from documents.models import Document, DocumentChunk, DocumentText
from documents.retrieval import Passage, SearchScope
from language.terms import index_terms

MOST_PASSAGES = 8
MOST_DOCUMENTS = 5_000  # whose names are compared, the newest
ENOUGH = 0.6  # of the words named, to be the document that is meant


@dataclass(frozen=True)
class Source:
    name: str
    text: str
    passages: list[Passage]  # spread over the document, in its order


def source_of(scopes: Iterable[SearchScope], named: str) -> Source | None:
    """By id, name or title; of several the one whose name fits best, the newest of equals."""
    return next((found for scope in scopes if (found := _source_in(scope, named))), None)


def _source_in(scope: SearchScope, named: str) -> Source | None:
    with scoped(scope.owner_id):
        document = _meant(scope, named.strip())
        if document is None:
            return None
        text = DocumentText.objects.only("content").get(document=document)
        return Source(document.name, text.content, _passages(document))


def _meant(scope: SearchScope, named: str) -> Document | None:
    owned = Document.objects.filter(owner_id=scope.owner_id, chunk_count__gt=0)
    reach = owned.fitting(scope.filters)
    if scope.document_ids is None:
        reach = reach.library()
    else:
        reach = reach.filter(pk__in=scope.document_ids)
    if (pk := _uuid(named)) and (document := reach.filter(pk=pk).first()):
        return document
    return _best(reach.only("pk", "name", "title").newest_first(), named)


def _best(documents: QuerySet[Document], named: str) -> Document | None:
    best, most = None, 0.0
    wanted = set(index_terms(PurePath(named).stem))
    for document in documents[:MOST_DOCUMENTS].iterator():
        fit = max(_fit(called, named, wanted) for called in (document.name, document.title))
        if fit > most:
            best, most = document, fit
    return best if most >= ENOUGH else None


def _fit(called: str, named: str, wanted: set[str]) -> float:
    """2 for the very name; else the share of the words named, less a little for others."""
    if called.casefold() == named.casefold():
        return 2.0
    has = set(index_terms(PurePath(called).stem))
    return len(wanted & has) / (len(wanted) + 0.01 * len(has)) if wanted else 0.0


def _uuid(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None


def _passages(document: Document) -> list[Passage]:
    chunks = DocumentChunk.objects.filter(document=document, enabled=True).present()
    places = list(chunks.order_by("chunk_index").values_list("pk", flat=True))
    step = max(1, len(places) / MOST_PASSAGES)
    chosen = {places[int(number * step)] for number in range(min(MOST_PASSAGES, len(places)))}
    found = chunks.light().filter(pk__in=chosen).order_by("chunk_index")
    return [_passage(document, chunk) for chunk in found]


def _passage(document: Document, chunk: DocumentChunk) -> Passage:
    return Passage(
        chunk_id=chunk.pk,
        document_id=document.pk,
        document_name=document.name,
        content=chunk.content,
        page=chunk.page,
        section=chunk.section,
        start_char=chunk.start_char,
        end_char=chunk.end_char,
        score=0.0,
        original=chunk.original,
    )
