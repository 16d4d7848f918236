"""Claims, heartbeats and fencing: who may write to a document, and for how long."""

import datetime as dt
import time

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts.delivery import PendingTask, sweep
from accounts.tenancy import scope, system
from documents import ingestion, queue, uploads
from documents.extraction import ExtractionError
from documents.models import Document, DocumentChunk
from documents.work import lease
from documents.work.lease import LeaseLost
from providers import registry
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(owner) -> Document:
    with scope(owner):
        return uploads.add_document(owner, ContentFile(b"The sky is blue.", "sky.txt"))[0]


def reread(document: Document) -> Document:
    with scope(document.owner_id):
        return Document.objects.get(pk=document.pk)


def expire(document: Document) -> None:
    with scope(document.owner_id):
        Document.objects.filter(pk=document.pk).update(
            lease_until=timezone.now() - dt.timedelta(seconds=1)
        )


def test_a_document_is_claimed_once(waiting):
    assert lease.claim(waiting.pk, waiting.owner_id) is not None
    assert lease.claim(waiting.pk, waiting.owner_id) is None


def test_a_silent_worker_loses_the_document_to_the_next(waiting):
    first = lease.claim(waiting.pk, waiting.owner_id)
    expire(waiting)
    second = lease.claim(waiting.pk, waiting.owner_id)
    assert second is not None
    with pytest.raises(LeaseLost):
        first.advance(Document.Stage.EMBEDDING, 50)
    assert reread(waiting).stage == Document.Stage.QUEUED


@pytest.mark.django_db(transaction=True)  # embedded in a thread, on another connection
def test_a_worker_that_lost_its_lease_cannot_publish_chunks(waiting):
    class Slow(type(registry.embedder())):
        def embed_passages(self, texts):
            expire(waiting)
            lease.claim(waiting.pk, waiting.owner_id)
            connection.close()
            return super().embed_passages(texts)

    registry._instances["embedding", "fake", None] = Slow()
    ingesting.ingest(waiting.pk, waiting.owner_id)
    with scope(waiting.owner_id):
        assert DocumentChunk.objects.count() == 0
    assert reread(waiting).status == "processing"


@pytest.mark.django_db(transaction=True)  # the heart beats on another connection
def test_a_worker_that_waits_for_a_provider_keeps_its_lease(waiting, settings):
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = 1, 0.2
    taken = []

    class Slow(type(registry.embedder())):
        def embed_passages(self, texts):
            time.sleep(1.3)
            taken.append(lease.claim(waiting.pk, waiting.owner_id))
            connection.close()
            return super().embed_passages(texts)

    registry._instances["embedding", "fake", None] = Slow()
    ingesting.ingest(waiting.pk, waiting.owner_id)
    assert taken == [None]
    assert reread(waiting).status == "ready"


def test_ready_means_chunks_and_no_pending_task(waiting):
    ingesting.ingest(waiting.pk, waiting.owner_id)
    document = reread(waiting)
    assert (document.status, document.progress, document.chunk_count) == ("ready", 100, 1)
    with scope(waiting.owner_id):
        assert not PendingTask.objects.exists()
        chunk = DocumentChunk.objects.get()
    assert (chunk.content, chunk.start_char, chunk.end_char) == ("The sky is blue.", 0, 16)


def test_ingesting_twice_changes_nothing(waiting):
    ingesting.ingest(waiting.pk, waiting.owner_id)
    with scope(waiting.owner_id):
        chunks = list(DocumentChunk.objects.values_list("pk", flat=True))
    ingesting.ingest(waiting.pk, waiting.owner_id)
    with scope(waiting.owner_id):
        assert list(DocumentChunk.objects.values_list("pk", flat=True)) == chunks


def test_a_passing_failure_is_tried_again_and_the_third_one_is_final(waiting):
    embedder = registry.embedder()
    for attempt in (1, 2, 3):
        embedder.failures.extend(
            ProviderError("No answer.", code="down", permanent=False) for _ in range(3)
        )
        ingesting.ingest(waiting.pk, waiting.owner_id)
        assert reread(waiting).failures == attempt
        embedder.failures.clear()
    document = reread(waiting)
    assert (document.status, document.error_code) == ("error", "down")
    assert document.error_message == "No answer. Tried 3 times."


def test_a_permanent_failure_ends_at_once(waiting):
    registry.embedder().failures.append(ProviderError("Key refused.", code="key", permanent=True))
    ingesting.ingest(waiting.pk, waiting.owner_id)
    document = reread(waiting)
    assert (document.status, document.error_message) == ("error", "Key refused.")


def test_a_cancel_takes_the_lease_away(waiting, owner):
    held = lease.claim(waiting.pk, waiting.owner_id)
    with scope(owner):
        queue.cancel(waiting, actor=owner)
    with pytest.raises(LeaseLost):
        held.beat()
    assert reread(waiting).error_code == "cancelled"


def test_a_failed_reprocess_keeps_the_old_chunks(waiting, owner):
    ingesting.ingest(waiting.pk, waiting.owner_id)
    with scope(owner):
        queue.reprocess(waiting, actor=owner)
        DocumentChunk.objects.update(passage_hash=None)  # or nothing would have to be embedded
    registry.embedder().failures.append(ProviderError("Key refused.", code="key", permanent=True))
    ingesting.ingest(waiting.pk, waiting.owner_id)
    assert reread(waiting).status == "error"
    with scope(owner):
        assert DocumentChunk.objects.count() == 1


def test_the_sweeper_nudges_what_is_due_and_not_again_at_once(waiting):
    with system():
        assert sweep() == 1
    with system():
        assert sweep() == 0


def test_a_worker_that_dies_ten_times_gives_up_with_a_reason(waiting):
    for _ in range(lease.MAX_CLAIMS):
        assert lease.claim(waiting.pk, waiting.owner_id)
        expire(waiting)
    assert lease.claim(waiting.pk, waiting.owner_id) is None
    assert reread(waiting).error_code == "interrupted"


def test_a_document_deleted_while_it_is_read_ends_the_work_quietly(waiting, owner, monkeypatch):
    def vanish(*_args, **_kwargs):
        with scope(owner):
            uploads.delete_document(waiting, actor=owner)
        raise ExtractionError("damaged", "This file is damaged.")

    monkeypatch.setattr(ingestion, "extract", vanish)
    ingesting.ingest(waiting.pk, waiting.owner_id)
    with scope(owner):
        assert not Document.objects.exists()
        assert not PendingTask.objects.exists()


def test_a_stage_that_takes_longer_than_a_moment_is_written_with_the_next_beat(waiting):
    held = lease.claim(waiting.pk, waiting.owner_id)
    held.pass_through("chunking", 25)
    with system():
        waiting.refresh_from_db()
        assert (waiting.stage, waiting.progress) == ("queued", 0)
    held._beaten_at -= lease.SEEN_SECONDS
    held.beat()
    with system():
        waiting.refresh_from_db()
        assert (waiting.stage, waiting.progress) == ("chunking", 25)
        assert list(waiting.stage_times) == ["chunking"]
