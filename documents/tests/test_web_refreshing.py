"""60 pages are read once, a few change, and a refresh costs what those few cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from billing.models import UsageRecord
from documents.models import Document, DocumentChunk, WebSource
from documents.tests.conftest import crawl
from documents.tests.generated_site import with_pages
from documents.web import sources
from documents.work import lease
from providers import registry
from tests import ingesting

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedded() -> list[str]:
    """The texts that the embedder was asked for."""
    texts: list[str] = []

    class Noting(type(registry.embedder())):
        def embed_passages(self, passages):
            texts.extend(passages)
            return super().embed_passages(passages)

    registry._instances["embedding", "fake", None] = Noting()
    return texts


def ingest_all(owner) -> int:
    """Every document that is owed; returns how many."""
    with system():
        owed = list(PendingTask.objects.filter(kind=lease.KIND).values_list("object_id", flat=True))
    for document_id in owed:
        ingesting.ingest(document_id, owner.pk)
    return len(owed)


def refresh(source: WebSource) -> WebSource:
    with scope(source.owner_id):
        sources.run_now(source, actor=source.owner)
    return crawl(source)


def documents(owner) -> dict[str, Document]:
    with scope(owner):
        return {document.source_url: document for document in Document.objects.all()}


def test_a_section_of_60_pages_is_read_and_exactly_its_changes_follow(
    owner, site, add_source, embedded
):
    paths = with_pages(site, 60)
    source = crawl(add_source())
    assert (source.status, source.error_message) == ("idle", "")
    assert source.run_counts == {"new": 60}
    assert sorted(site.asked) == sorted(["/robots.txt", *paths])
    assert ingest_all(owner) == 60
    first = documents(owner)
    assert set(first) == {site.url(path) for path in paths}
    assert {document.status for document in first.values()} == {"ready"}

    changed, removed = paths[20:23], paths[30:32]
    for path in changed:
        site.put(path, f"The fact of {path} is another one now.", "/docs/")
    for path in removed:
        site.gone(path)
    site.forget()
    with system():
        usage = UsageRecord.objects.count()
    embedded.clear()
    with CaptureQueriesContext(connection) as queries:
        source = refresh(source)
    assert source.run_counts == {"unchanged": 55, "changed": 3, "removed": 2}
    assert sorted(site.asked) == sorted(["/robots.txt", *paths])
    assert sorted(site.sent) == sorted(changed)
    writes = [sql["sql"] for sql in queries if is_write_to_documents(sql["sql"])]
    assert {url_in(sql, first) for sql in writes} == {site.url(path) for path in changed + removed}

    assert ingest_all(owner) == 3
    second = documents(owner)
    assert len(embedded) == 3
    with system():
        assert UsageRecord.objects.count() - usage == 3
    same = [url for url in second if second[url].updated_at == first[url].updated_at]
    assert len(same) == 55
    for path in changed:
        document = second[site.url(path)]
        assert (document.pk, document.status) == (first[document.source_url].pk, "ready")
        with scope(owner):
            [chunk] = DocumentChunk.objects.filter(document=document)
        assert "another one now" in chunk.content
    for path in removed:
        document = second[site.url(path)]
        assert (document.status, document.chunk_count) == ("ready", 1)
        assert "removed_from_site" in document.metadata


def is_write_to_documents(sql: str) -> bool:
    return sql.startswith(('UPDATE "documents_document" ', 'INSERT INTO "documents_document"'))


def url_in(sql: str, known: dict[str, Document]) -> str:
    return next(url for url, document in known.items() if document.pk.hex in sql)
