"""A passage is embedded once: not again on a second reading, nor in another document."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import scope
from billing.models import UsageRecord
from documents import ingestion, queue, uploads
from documents.models import Document, DocumentChunk
from documents.work import turns
from providers import registry

pytestmark = pytest.mark.django_db
TEXT = "The sky is blue."


def embedded():
    return [
        text for kind, texts in registry.embedder().calls for text in texts if kind == "passage"
    ]


def test_reading_an_unchanged_document_again_embeds_nothing(owner, make_document):
    document = make_document(owner, TEXT)
    with scope(owner):
        before = list(DocumentChunk.objects.values_list("embedding", flat=True))
        queue.reprocess(document, actor=owner)
    ingestion.ingest(turns.take_together())
    assert len(embedded()) == 1
    with scope(owner):
        assert Document.objects.get().status == "ready"
        assert list(DocumentChunk.objects.values_list("embedding", flat=True)) == before
        assert UsageRecord.objects.filter(user_id=owner.pk).count() == 1


def test_documents_read_together_share_what_they_have_in_common(owner):
    with scope(owner):
        for name in ("a.txt", "b.txt"):
            text = f"# Same\n\n{TEXT}\n" + "\n" * (name == "b.txt")  # other bytes, same words
            uploads.add_document(owner, ContentFile(text.encode(), name))
    ingestion.ingest(turns.take_together())
    assert len(embedded()) == 1
    with scope(owner):
        assert Document.objects.ready().count() == 2
        tokens = sorted(Document.objects.values_list("tokens_used", flat=True))
        assert tokens == [0, DocumentChunk.objects.first().token_count]


def test_another_person_s_passage_is_not_taken(owner, outsider, make_document):
    make_document(owner, TEXT)
    make_document(outsider, TEXT)
    assert len(embedded()) == 2


def test_small_documents_together_are_one_call(owner):
    with scope(owner):
        for number in range(5):
            uploads.add_document(owner, ContentFile(f"Number {number}.".encode(), "n.txt"))
    ingestion.ingest(turns.take_together())
    assert [len(texts) for _kind, texts in registry.embedder().calls] == [5]


def test_a_document_more_costs_so_many_statements(owner):
    def statements(count):
        with scope(owner):
            for number in range(count):
                text = f"Number {number} of {count}."
                uploads.add_document(owner, ContentFile(text.encode(), "n.txt"))
        batch = turns.take_together()
        with CaptureQueriesContext(connection) as captured:
            ingestion.ingest(batch)
        return len(captured)

    statements(1)
    assert (statements(6) - statements(2)) / 4 == 14
