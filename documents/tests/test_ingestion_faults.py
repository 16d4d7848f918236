"""Whatever fails, a document ends as ready or as an error with a reason, never half visible."""

import datetime as dt
import time
from errno import ENOSPC
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.utils import timezone
from psycopg.errors import DiskFull

from accounts.delivery import PendingTask
from accounts.tenancy import scope
from documents import ingestion, queue, storing, uploads
from documents.extraction.limits import Limits
from documents.models import Document, DocumentChunk
from documents.storage import UNREACHABLE
from documents.work import lease, turns
from providers import registry
from providers.errors import ProviderError
from providers.fake import FakeEmbedder
from tests import ingesting

pytestmark = pytest.mark.django_db
POISON = "poison"


class Poisoned(FakeEmbedder):
    """Gives what it was made with instead of good vectors, where a text holds the poison."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def _embed(self, texts, kind):
        vectors = super()._embed(texts, kind)
        return self.answer(vectors) if any(POISON in text for text in texts) else vectors


def add(user, *texts):
    with scope(user):
        return [
            uploads.add_document(user, ContentFile(text.encode(), f"{number}.txt"))[0]
            for number, text in enumerate(texts)
        ]


def ingest_all(user):
    ingestion.ingest(turns.take_together())
    with scope(user):
        return list(Document.objects.order_by("created_at", "pk"))


def chunks(user):
    with scope(user):
        return DocumentChunk.objects.count()


BAD = {
    "not a number": lambda vectors: vectors * np.nan,
    "zero": lambda vectors: vectors * 0,
    "a short list": lambda vectors: vectors[:-1],
    "short vectors": lambda vectors: vectors[:, :5],
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_bad_vectors_cost_the_document_that_got_them_and_no_other(owner, answer):
    embedder = Poisoned(answer)
    embedder.patience = embedder.patience.__class__(pause=0.001)
    registry._instances["embedding", "fake", None] = embedder
    add(owner, "The sky is blue.", f"A word of {POISON}.", "Grass is green.")
    first, poisoned, last = ingest_all(owner)
    assert (first.status, last.status) == ("ready", "ready")
    assert (poisoned.status, poisoned.failures, poisoned.chunk_count) == ("pending", 1, 0)
    assert chunks(owner) == 2


def test_bad_vectors_are_final_at_the_third_time(owner, settings):
    settings.MAX_ATTEMPTS = 1
    embedder = Poisoned(BAD["zero"])
    embedder.patience = embedder.patience.__class__(pause=0.001)
    registry._instances["embedding", "fake", None] = embedder
    add(owner, f"A word of {POISON}.")
    (document,) = ingest_all(owner)
    assert (document.status, document.error_code) == ("error", "bad_vectors")
    assert chunks(owner) == 0


@pytest.mark.parametrize(("asked", "kept"), [(120, 120), (1e6, 3600)])
def test_a_busy_provider_is_left_alone_for_as_long_as_it_asks(owner, asked, kept):
    busy = ProviderError("Busy.", code="rate_limited", permanent=False, retry_after=asked)
    registry.embedder().failures.extend([busy] * 3)
    add(owner, "The sky is blue.", "Grass is green.")
    before = timezone.now()
    documents = ingest_all(owner)
    assert [document.status for document in documents] == ["pending", "pending"]
    assert turns.take_together() == []
    with scope(owner):
        for task in PendingTask.objects.all():
            assert abs(task.due_at - before - dt.timedelta(seconds=kept)).total_seconds() < 30


def out_of_space():
    try:
        raise DiskFull("could not extend file")
    except DiskFull as cause:
        raise OperationalError("could not extend file") from cause


def no_space_left():
    raise OSError(ENOSPC, "No space left on device")


@pytest.mark.parametrize("fail", [out_of_space, no_space_left])
def test_a_full_disk_is_said_and_tried_again(owner, monkeypatch, fail):
    monkeypatch.setattr(storing, "insert", lambda _chunks: fail())
    add(owner, "The sky is blue.")
    (document,) = ingest_all(owner)
    assert (document.status, document.failures) == ("pending", 1)
    with scope(owner):
        reason = "The server's disk is full. It is tried again a little later."
        assert PendingTask.objects.get().last_error == reason
    assert chunks(owner) == 0


def test_an_original_that_is_gone_from_the_disk_says_so_at_once(owner):
    (document,) = add(owner, "The sky is blue.")
    Path(document.file.path).unlink()
    (document,) = ingest_all(owner)
    assert (document.status, document.error_code) == ("error", "file_missing")


def unmounted(original):
    folder = original.parents[1]
    folder.rename(folder.with_name("elsewhere"))
    return lambda: folder.with_name("elsewhere").rename(folder)


def unreadable(original):
    kept = original.rename(original.with_name("kept"))
    original.mkdir()  # opening it fails, as on a broken disk, whoever we are
    return lambda: (original.rmdir(), kept.rename(original))


@pytest.mark.parametrize("fail", [unmounted, unreadable])
def test_a_disk_that_does_not_answer_is_tried_again_and_the_old_chunks_stay(owner, fail):
    (document,) = add(owner, "The sky is blue.")
    ingest_all(owner)
    with scope(owner):
        before = set(DocumentChunk.objects.values_list("pk", "content"))
        queue.reprocess(document, actor=owner)
    mend = fail(Path(document.file.path))
    (document,) = ingest_all(owner)
    assert (document.status, document.failures) == ("pending", 1)
    with scope(owner):
        assert PendingTask.objects.get().last_error == UNREACHABLE
        assert set(DocumentChunk.objects.values_list("pk", "content")) == before
    mend()
    ingesting.ingest(document.pk, owner.pk)
    with scope(owner):
        assert Document.objects.get().status == "ready"


class Slow(FakeEmbedder):
    """Whoever counts the poison computes for a while."""

    def count_tokens(self, texts):
        ends = time.thread_time() + 0.3 * any(POISON in text for text in texts)
        while time.thread_time() < ends:
            pass
        return super().count_tokens(texts)


def test_a_text_that_takes_too_long_to_cut_ends_alone(owner, monkeypatch):
    monkeypatch.setattr(ingestion, "LIMITS", Limits(cpu_seconds=0.2))
    registry._instances["embedding", "fake", None] = Slow()
    add(owner, f"A word of {POISON}.", "The sky is blue.")
    heavy, light = ingest_all(owner)
    assert (heavy.status, heavy.error_code) == ("error", "too_much_computing")
    assert (light.status, light.chunk_count, chunks(owner)) == ("ready", 1, 1)


def test_a_fault_of_ours_ends_one_document_and_not_its_companions(owner, monkeypatch):
    def split(extracted, *rest):
        if POISON in extracted.text:
            raise ZeroDivisionError
        return real(extracted, *rest)

    real = ingestion.split
    monkeypatch.setattr(ingestion, "split", split)
    add(owner, f"A word of {POISON}.", "The sky is blue.")
    broken, whole = ingest_all(owner)
    assert (broken.status, broken.failures, whole.status) == ("pending", 1, "ready")


def test_a_document_cancelled_among_others_leaves_them_alone(owner):
    add(owner, "The sky is blue.", "Grass is green.")
    batch = turns.take_together()
    with scope(owner):
        lease.end_with_error(batch[0].document(), "cancelled", "Cancelled.")
    ingestion.ingest(batch)
    with scope(owner):
        statuses = Document.objects.order_by("created_at", "pk").values_list("status", flat=True)
        assert list(statuses) == ["error", "ready"]
