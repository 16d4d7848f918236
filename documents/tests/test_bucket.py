"""Originals in a bucket, and what people are told when it does not answer."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from documents import bucket, erasing, queue, uploads
from documents.addresses import add_address
from documents.models import Document, DocumentChunk, ErasedFile
from documents.storage import UNREACHABLE, StorageDown
from documents.tests.s3_server import Shelf, s3_server
from outbound.tests.servers import outside_site, page
from tests import ingesting

# What a refused upload leaves to erase is noted from another thread.
pytestmark = pytest.mark.django_db(transaction=True)
DOWN = "The file storage does not answer, so the file was not kept. Try again soon."


@pytest.fixture
def shelf(settings, monkeypatch) -> Iterator[Shelf]:
    hurried = Config(connect_timeout=0.3, read_timeout=0.3, retries={"total_max_attempts": 1})
    monkeypatch.setattr(bucket, "PATIENCE", bucket.PATIENCE.merge(hurried))
    with s3_server() as (url, shelf):
        options = {
            "bucket_name": "originals",
            "endpoint_url": url,
            "region_name": "eu-central-1",
            "access_key": "key",
            "secret_key": "secret",
            "addressing_style": "path",
        }
        stores = settings.STORAGES | {
            "default": {"BACKEND": "documents.bucket.Bucket", "OPTIONS": options}
        }
        settings.STORAGES = stores
        yield shelf


@pytest.fixture
def waiting(owner, shelf) -> Document:
    """Uploaded, not yet read."""
    with scope(owner):
        file = ContentFile(b"The sky is blue.", "sky.txt")
        return uploads.add_document(owner, file)[0]


def status_of(document: Document, owner) -> tuple[str, str]:
    with scope(owner):
        document.refresh_from_db()
    return document.status, document.error_code


def fail(shelf: Shelf, how: str, method: str) -> None:
    (shelf.hanging if how == "timeout" else shelf.failing).add(method)


def test_an_original_goes_into_the_bucket_is_read_sent_and_deleted(api, owner, shelf, waiting):
    assert shelf.objects == {f"documents/{owner.pk}/{waiting.pk}": b"The sky is blue."}
    ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("ready", "")
    file = api.get(f"/api/v1/documents/{waiting.pk}/file/")
    assert b"".join(file) == b"The sky is blue."
    assert file["Content-Disposition"] == 'attachment; filename="sky.txt"'
    stretch = api.get(f"/api/v1/documents/{waiting.pk}/file/", headers={"Range": "bytes=4-6"})
    assert (stretch.status_code, b"".join(stretch)) == (206, b"sky")
    api.delete(f"/api/v1/documents/{waiting.pk}/")
    assert shelf.objects == {}


@pytest.mark.parametrize("how", ["500", "timeout"])
def test_an_upload_is_refused_and_nothing_kept(api, owner, shelf, how):
    fail(shelf, how, "PUT")
    answer = api.post("/api/v1/documents/", {"text": "The sky is blue.", "name": "sky.txt"})
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_down")
    assert answer.json()["detail"] == DOWN
    with scope(owner):
        assert not Document.objects.exists()
        assert not PendingTask.objects.exists()
    assert shelf.objects == {}


def test_the_page_says_it_too(client, owner, shelf):
    fail(shelf, "500", "PUT")
    client.force_login(owner)
    answer = client.post("/documents/upload/", {"files": ContentFile(b"Blue.", "sky.txt")})
    assert [result.reason for result in answer.context["received"]] == [DOWN]


def test_what_a_refused_upload_may_have_left_is_erased_later(api, shelf, monkeypatch):
    """The answer to the PUT was lost, and so is the first try to take it back."""
    fail(shelf, "500", "DELETE")
    kept = bucket.Bucket._save

    def lost(self, name, content):
        kept(self, name, content)
        raise StorageDown(5, "The answer was lost.")

    monkeypatch.setattr(bucket.Bucket, "_save", lost)
    answer = api.post("/api/v1/documents/", {"text": "The sky is blue.", "name": "sky.txt"})
    assert (answer.status_code, len(shelf.objects)) == (503, 1)
    shelf.failing.clear()
    erasing.erase_due()
    assert shelf.objects == {}


@pytest.mark.parametrize("how", ["500", "timeout"])
def test_ingestion_tries_again_when_the_bucket_is_back(owner, shelf, waiting, how):
    fail(shelf, how, "GET")
    ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("pending", "")
    with scope(owner):
        owed = PendingTask.objects.get(object_id=waiting.pk)
        assert owed.last_error == "The file storage does not answer. Try again soon."
        assert owed.due_at > timezone.now()
    shelf.failing.clear()
    shelf.hanging.clear()
    ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("ready", "")


@pytest.mark.parametrize("how", ["500", "timeout"])
def test_what_was_read_before_is_found_while_the_bucket_is_down(owner, shelf, waiting, how):
    ingesting.ingest(waiting.pk, owner.pk)
    with scope(owner):
        before = set(DocumentChunk.objects.values_list("pk", "content"))
        queue.reprocess(waiting, actor=owner)
    fail(shelf, how, "GET")
    ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("pending", "")
    with scope(owner):
        assert set(DocumentChunk.objects.values_list("pk", "content")) == before
        assert PendingTask.objects.get().last_error == UNREACHABLE


def test_a_bucket_that_stays_down_ends_the_document_with_the_reason(owner, shelf, waiting):
    fail(shelf, "500", "GET")
    for _ in range(3):
        ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("error", "storage_down")
    assert waiting.error_message == f"{UNREACHABLE} Tried 3 times."
    with scope(owner):
        assert not PendingTask.objects.exists()
        assert not DocumentChunk.objects.exists()


def test_a_page_whose_file_cannot_be_stored_is_tried_again(owner, shelf):
    with outside_site() as web, scope(owner):
        web.pages["/sky"] = page(b"The sky is blue.")
        document, _is_new = add_address(owner, web.url("/sky"))
        fail(shelf, "500", "PUT")
        ingesting.ingest(document.pk, owner.pk)
        assert status_of(document, owner) == ("pending", "")
        assert PendingTask.objects.get().last_error == DOWN
        assert not DocumentChunk.objects.exists()
        shelf.failing.clear()
        ingesting.ingest(document.pk, owner.pk)
    assert status_of(document, owner) == ("ready", "")


def test_a_download_cut_on_its_way_to_the_worker_is_no_document(owner, shelf, waiting):
    shelf.cut_after = 8
    ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("pending", "")
    with scope(owner):
        assert not DocumentChunk.objects.exists()


def test_an_original_that_is_gone_says_so_at_once(owner, shelf, waiting):
    shelf.objects.clear()
    ingesting.ingest(waiting.pk, owner.pk)
    assert status_of(waiting, owner) == ("error", "file_missing")


@pytest.mark.parametrize("how", ["500", "timeout"])
def test_what_could_not_be_deleted_is_deleted_later(api, shelf, waiting, how):
    fail(shelf, how, "DELETE")
    assert api.delete(f"/api/v1/documents/{waiting.pk}/").status_code == 204
    erasing.erase_due()
    with system():
        assert ErasedFile.objects.count() == 1
    assert len(shelf.objects) == 1
    shelf.failing.clear()
    shelf.hanging.clear()
    erasing.erase_due()
    assert shelf.objects == {}
    with system():
        assert not ErasedFile.objects.exists()


def test_the_eraser_gives_up_a_round_soon(owner, shelf):
    with system():
        for number in range(10):
            ErasedFile.objects.create(path=f"documents/x/{number}", owner_id=owner.pk)
    fail(shelf, "500", "DELETE")
    erasing.erase_due()
    assert shelf.asked == ["DELETE"] * erasing.ENOUGH_FAILURES


def test_a_file_that_cannot_be_sent_now_is_said_in_a_sentence(api, client, owner, shelf, waiting):
    fail(shelf, "500", "GET")
    answer = api.get(f"/api/v1/documents/{waiting.pk}/file/")
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_down")
    client.force_login(owner)
    page = client.get(f"/documents/{waiting.pk}/download/", follow=True)
    assert "The file storage does not answer. Try again soon." in page.content.decode()


def test_a_large_original_passes_in_blocks(shelf):
    """20 MB through the reader: neither memory nor a temporary file holds it."""
    shelf.objects["large"] = bytes(20 * 2**20)
    with default_storage.open("large") as file:
        tracemalloc.start()
        size = sum(len(block) for block in file.chunks())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (size, file.size) == (20 * 2**20, 20 * 2**20)
    assert peak < 4 * 2**20


def test_nobody_gets_a_signed_address(shelf):
    assert default_storage.url("documents/x") == ""
