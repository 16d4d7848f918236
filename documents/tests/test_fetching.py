"""A page's way from its address to passages, and what stays when it does not get there."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from billing.models import Plan, UsageRecord
from documents import fetching, queue
from documents.addresses import add_address
from documents.models import Document, DocumentChunk
from documents.work import lease
from documents.work.lease import LeaseLost
from outbound.tests.servers import Site, outside_site, page, redirect
from providers import registry
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db
HTML = b"<!doctype html><title>Sky</title><body><h1>Sky</h1><p>It is blue.</p></body>"


@pytest.fixture
def web():
    with outside_site() as here:
        here.pages["/sky"] = page(b"The sky is blue.", ETag='"1"', Last_Modified="yesterday")
        yield here


@pytest.fixture
def add(owner, web: Site):
    """A page of the site in the owner's library, fetched and read."""

    def add_and_ingest(path: str = "/sky", **fields: str) -> Document:
        with scope(owner):
            document, _ = add_address(owner, web.url(path), **fields)
        ingesting.ingest(document.pk, owner.pk)
        return reread(document)

    return add_and_ingest


def reread(document: Document) -> Document:
    with system():
        return Document.objects.get(pk=document.pk)


def fetch_again(document: Document) -> Document:
    with scope(document.owner):
        queue.reprocess(document, actor=document.owner)
    ingesting.ingest(document.pk, document.owner_id)
    return reread(document)


def stored(document: Document) -> bytes:
    with document.file.open("rb") as file:
        return file.read()


def texts(document: Document) -> list[str]:
    with system():
        return list(document.chunks.values_list("content", flat=True))


def test_a_page_becomes_a_document_like_a_file(add, web):
    web.pages["/sky"] = page(
        b"The sky is blue.", Content_Disposition='attachment; filename="../sky.txt"', ETag='"1"'
    )
    document = add()
    assert (document.status, document.stage, document.progress) == ("ready", "done", 100)
    assert (document.name, document.file_size, document.mime_type) == ("sky.txt", 16, "text/plain")
    assert document.content_hash == hashlib.sha256(b"The sky is blue.").hexdigest()
    assert (stored(document), texts(document)) == (b"The sky is blue.", ["The sky is blue."])
    assert document.stage_times["fetching"] < document.stage_times["extracting"]
    assert document.fetched_url == web.url("/sky")
    assert document.fetched_at is not None
    assert document.metadata["fetched"]["etag"] == '"1"'
    with system():
        used = UsageRecord.objects.get(user_id=document.owner_id)
        assert (used.request_type, used.tokens_input) == ("embedding", document.token_count)
        assert not PendingTask.objects.exists()


def test_where_the_redirects_ended_is_kept(add, web):
    web.pages |= {"/old": redirect("/sky")}
    document = add("/old")
    assert (document.source_url, document.fetched_url) == (web.url("/old"), web.url("/sky"))


def test_a_persons_title_wins_over_the_pages(add):
    assert add(title="Mine").title == "Mine"


def test_the_type_comes_from_the_content_whatever_the_server_says(add, web):
    web.pages["/sky"] = page(b"%PDF-1.4 nonsense", Content_Type="text/html")
    assert add().error_code == "truncated_pdf"


@pytest.mark.parametrize(
    ("path", "claimed", "content", "found", "name"),
    [
        ("/api/x", "application/json; charset=utf-8", b'{"a": 1}', "application/json", "x.json"),
        ("/api/v1.2", "application/ld+json", b'{"a": 1}', "application/json", "v1.2.json"),
        ("/api/", "application/json", b'{"a": 1}', "application/json", "api.json"),
        ("/export", "text/csv", b"a,b\n1,2\n", "text/csv", "export.csv"),
        ("/notes", "text/markdown", b"# One heading", "text/markdown", "notes"),
        ("/notes.txt", "text/markdown", b"# One heading", "text/plain", "notes.txt"),
        ("/x", "application/json", b"not json", "text/plain", "x"),
    ],
)
def test_what_the_server_calls_it_tells_kinds_of_text_apart(
    add, web, path, claimed, content, found, name
):
    web.pages[path] = page(content, Content_Type=claimed)
    document = add(path)
    assert (document.status, document.mime_type) == ("ready", found)
    assert document.name.startswith(name)


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("Το νερό".encode("iso8859-7"), "iso-8859-7", "Το νερό"),
        ("Вода мокрая".encode("koi8-r"), "koi8-r", "Вода мокрая"),
        ("5 € “net”".encode("cp1252"), "iso-8859-1", "5 € “net”"),
        ("Wasser ist naß.".encode(), "iso-8859-7", "Wasser ist naß."),
        ("Wasser ist naß.".encode(), "nonsense", "Wasser ist naß."),
        (b"Plain.", "punycode", "Plain."),
    ],
)
def test_the_servers_charset_helps_where_the_bytes_do_not_say(add, web, content, charset, text):
    web.pages["/sky"] = page(content, Content_Type=f"text/plain; charset={charset}")
    document = add()
    assert (texts(document), stored(document)) == ([text], content)


# -- Failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (page(status=404), "fetch_not_found", "127.0.0.1 has no page at this address."),
        (
            page(status=403),
            "fetch_forbidden",
            "127.0.0.1 shows this page only after signing in. Save it as a file and upload that.",
        ),
        (page(b""), "empty_file", "The page is empty."),
        (
            redirect("http://169.254.169.254/latest/"),
            "address_refused",
            "169.254.169.254 is inside a private network or this server. "
            "Only public addresses are read.",
        ),
        (page(b"x" * 2**20), "fetch_too_large", "The page or file is larger than 1 MB."),
    ],
)
def test_what_lasts_ends_at_once_with_its_reason(add, web, settings, answer, code, message):
    settings.MAX_FILE_SIZE = 2**20 - 1 + (code != "fetch_too_large")
    web.pages["/sky"] = answer
    if code == "fetch_too_large":
        message = "The page or file is larger than 0 MB."
    document = add()
    assert (document.status, document.error_code) == ("error", code)
    assert document.error_message == message
    assert (document.file.name, document.file_size, document.failures) == ("", 0, 1)


def test_what_passes_is_tried_three_times(add, web):
    web.pages["/sky"] = page(status=503)
    document = add()
    assert (document.status, document.failures) == ("pending", 1)
    for _ in range(2):
        ingesting.ingest(document.pk, document.owner_id)
    document = reread(document)
    assert (document.status, document.error_code) == ("error", "fetch_unreachable")
    assert document.error_message == "127.0.0.1 has a problem of its own (503). Tried 3 times."
    assert len(web.requests) == 3


def test_bytes_that_are_in_the_library_end_with_their_name(add, make_document, owner):
    same = make_document(owner, "The sky is blue.", "mine.txt")
    document = add()
    assert (document.status, document.error_code) == ("error", "duplicate")
    assert "“mine.txt”" in document.error_message
    with system():
        assert DocumentChunk.objects.count() == same.chunk_count


def test_a_page_that_does_not_fit_the_plan_is_not_kept(add, owner):
    with system():
        Plan.objects.filter(name="free").update(storage_limit=15)
    document = add()
    assert (document.error_code, document.file.name) == ("quota_exceeded", "")


# -- Fetching again -------------------------------------------------------------------------------


def test_fetching_again_replaces_file_text_and_hash(add, web, django_capture_on_commit_callbacks):
    document = add()
    first = document.file.name
    web.pages["/sky"] = page(b"The sky is grey.", ETag='"2"')
    with django_capture_on_commit_callbacks(execute=True):
        document = fetch_again(document)
    assert (document.status, texts(document)) == ("ready", ["The sky is grey."])
    assert (stored(document), document.metadata["fetched"]["etag"]) == (b"The sky is grey.", '"2"')
    assert document.content_hash == hashlib.sha256(b"The sky is grey.").hexdigest()
    assert document.file.name != first
    assert not default_storage.exists(first)


def test_fetching_the_same_bytes_again_is_no_duplicate(add):
    assert fetch_again(fetch_again(add())).status == "ready"


def test_a_renamed_document_keeps_its_name(add):
    document = add()
    with scope(document.owner):
        Document.objects.update(name="Mine.txt")
    assert fetch_again(document).name == "Mine.txt"


def gone(web: Site) -> None:
    web.pages["/sky"] = page(status=410)


def unreadable(web: Site) -> None:
    web.pages["/sky"] = page(b"%PDF-1.4 nonsense")


def not_understood(web: Site) -> None:
    web.pages["/sky"] = page(b"The sky is grey.")
    registry.embedder().failures.append(ProviderError("No.", code="key", permanent=True))


@pytest.mark.parametrize("fail", [gone, unreadable, not_understood])
def test_a_failed_fetch_keeps_the_earlier_page_whole(add, web, fail):
    before = add()
    fail(web)
    after = fetch_again(before)
    assert after.status == "error"
    assert (texts(after), stored(after)) == (["The sky is blue."], b"The sky is blue.")
    for field in ("file", "file_size", "content_hash", "mime_type", "metadata"):
        assert getattr(after, field) == getattr(before, field), field


# -- Interruptions --------------------------------------------------------------------------------


def test_a_worker_killed_while_fetching_is_replaced(add, web, owner):
    with scope(owner):
        document, _ = add_address(owner, web.url("/sky"))
    dead = lease.claim(document.pk, owner.pk)
    dead.advance(Document.Stage.FETCHING, 2)
    assert lease.claim(document.pk, owner.pk) is None
    with scope(owner):
        Document.objects.update(lease_until="2020-01-01T00:00:00Z")
    ingesting.ingest(document.pk, owner.pk)
    document = reread(document)
    assert (document.status, document.chunk_count, document.attempt) == ("ready", 1, 2)
    with pytest.raises(LeaseLost):
        dead.beat()


def test_what_a_killed_worker_left_behind_is_overwritten(add, web):
    document = add()
    with system():
        free = next(place for place in document.places if place != document.file.name)
    default_storage.save(free, ContentFile(b"half a pa"))
    web.pages["/sky"] = page(b"The sky is grey.")
    document = fetch_again(document)
    assert (document.file.name, stored(document)) == (free, b"The sky is grey.")


def test_a_document_deleted_while_its_page_comes_stays_deleted(owner, web):
    with scope(owner):
        document, _ = add_address(owner, web.url("/sky"))
    held = lease.claim(document.pk, owner.pk)
    with fetching.fetched_page(held):
        with scope(owner):
            Document.objects.all().delete()
        with pytest.raises(LeaseLost):
            held.beat()
    with scope(owner):
        assert not Document.objects.exists()


def test_a_full_disk_is_tried_again(add, web, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    document = add()
    assert (document.status, document.failures, document.chunk_count) == ("pending", 1, 0)
    monkeypatch.undo()
    ingesting.ingest(document.pk, document.owner_id)
    assert reread(document).status == "ready"
