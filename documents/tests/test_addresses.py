"""Web addresses through the API: a document at once, nothing asked of anybody in the request."""

from __future__ import annotations

import hashlib

import pytest

from accounts.delivery import PendingTask
from accounts.models import AuditLog
from accounts.tenancy import scope, system
from billing.models import Plan
from documents.models import Document, ErasedFile
from outbound.tests.servers import Site, outside_site, page
from tests import ingesting

pytestmark = pytest.mark.django_db
DOCUMENTS = "/api/v1/documents/"


@pytest.fixture
def web():
    with outside_site() as here:
        here.pages["/sky.txt"] = page(b"The sky is blue.")
        yield here


def add(api, url: str, **fields):
    return api.post(DOCUMENTS, {"url": url, **fields})


def test_an_address_is_202_and_owed_to_a_worker(api, owner, web: Site):
    answer = add(api, web.url("/a/sky%20blue.html?q=1#top"), title="Sky", tags=["a", "b"])
    made = answer.json()
    url = web.url("/a/sky%20blue.html?q=1")
    assert (answer.status_code, made["status"], made["stage"]) == (202, "pending", "queued")
    assert (made["source_url"], made["name"], made["file_size"]) == (url, "sky blue.html", 0)
    assert (made["title"], made["tags"]) == ("Sky", ["a", "b"])
    assert (made["fetched_url"], made["fetched_at"]) == ("", None)
    assert made["content_hash"] == hashlib.sha256(f"url:{url}".encode()).hexdigest()
    assert web.connections == 0
    with scope(owner):
        assert str(PendingTask.objects.get().object_id) == made["id"]
        [logged] = AuditLog.objects.filter(action="document.upload")
    assert logged.metadata == {"name": "sky blue.html"}


@pytest.mark.parametrize("again", ["/sky.txt", "/sky.txt#part", "/./sky.txt"])
def test_the_same_address_again_is_200_with_the_same_document(
    api, owner, outsiders_api, web, again
):
    first = add(api, web.url("/sky.txt")).json()
    answer = add(api, web.url(again))
    assert (answer.status_code, answer.json()["id"]) == (200, first["id"])
    ingesting.ingest(first["id"], owner.pk)  # from now on it is known by its content's hash
    answer = add(api, web.url(again))
    assert (answer.status_code, answer.json()["id"]) == (200, first["id"])
    assert answer.json()["status"] == "ready"
    assert add(outsiders_api, web.url("/sky.txt")).status_code == 202
    with system():
        assert Document.objects.count() == 2


def test_an_address_that_failed_is_tried_again_by_naming_it(api, owner, web):
    first = add(api, web.url("/later.txt")).json()
    ingesting.ingest(first["id"], owner.pk)
    assert api.get(f"{DOCUMENTS}{first['id']}/").json()["error_code"] == "fetch_not_found"
    web.pages["/later.txt"] = page(b"Here it is.")
    again = add(api, web.url("/later.txt"))
    assert (again.status_code, again.json()["status"]) == (200, "pending")
    ingesting.ingest(first["id"], owner.pk)
    assert api.get(f"{DOCUMENTS}{first['id']}/").json()["status"] == "ready"


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        (
            "http://127.0.0.1/",
            "address_refused",
            "127.0.0.1 is inside a private network or this server. Only public addresses are read.",
        ),
        (
            "example.org",
            "address_invalid",
            "Write the whole address, beginning with http:// or https://.",
        ),
    ],
)
def test_a_refused_address_says_why_at_its_field_and_leaves_nothing(api, owner, url, code, message):
    answer = add(api, url)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"] == {"url": [message]}
    with scope(owner):
        assert not Document.objects.exists()
        assert not PendingTask.objects.exists()


@pytest.mark.parametrize(
    "body", [{"url": ""}, {"url": None}, {"url": 7.5}, {"url": ["a"]}, {"url": "http://a\x00.b/"}]
)
def test_what_is_no_address_is_400(api, body):
    assert api.post(DOCUMENTS, body).status_code == 400


def test_an_address_and_a_text_at_once_are_one_too_many(api):
    answer = api.post(DOCUMENTS, {"url": "https://example.org/", "text": "Hi"})
    assert answer.json()["errors"] == {"text": ["There is no such field."]}


def test_addresses_count_for_the_plan(api, owner, web):
    with system():
        Plan.objects.filter(name="free").update(document_limit=1)
    assert add(api, web.url("/sky.txt")).status_code == 202
    answer = add(api, web.url("/sea.txt"))
    assert (answer.status_code, answer.json()["code"]) == (402, "quota_exceeded")
    assert add(api, web.url("/sky.txt")).status_code == 200


def test_a_page_not_yet_fetched_has_no_file(api, web):
    made = add(api, web.url("/sky.txt")).json()
    answer = api.get(f"{DOCUMENTS}{made['id']}/file/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")
    assert answer.json()["detail"] == "This page has not been fetched yet, so there is no file."


def test_a_page_not_yet_fetched_can_be_deleted_and_cancelled(
    api, owner, web, django_capture_on_commit_callbacks
):
    made = add(api, web.url("/sky.txt")).json()
    assert api.post(f"{DOCUMENTS}{made['id']}/cancel/").json()["error_code"] == "cancelled"
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{DOCUMENTS}{made['id']}/").status_code == 204
    with scope(owner):
        assert not Document.objects.exists()
        place = f"documents/{owner.pk}/{made['id']}"
        assert set(ErasedFile.objects.values_list("path", flat=True)) == {place, f"{place}.b"}


def test_the_list_tells_pages_from_files(api, owner, web, make_document):
    make_document(owner, "The sea is green.", "sea.txt")
    add(api, web.url("/sky.txt"))

    def named(source: str) -> list[str]:
        listed = api.get(DOCUMENTS, {"source": source}).json()["results"]
        return [document["name"] for document in listed]

    assert (named("web"), named("file")) == (["sky.txt"], ["sea.txt"])


def test_another_persons_address_is_nobodys(api, outsiders_api, web):
    made = add(api, web.url("/sky.txt")).json()
    for path in ("", "file/", "text/", "chunks/"):
        assert outsiders_api.get(f"{DOCUMENTS}{made['id']}/{path}").status_code == 404
    assert outsiders_api.post(f"{DOCUMENTS}{made['id']}/reprocess/").status_code == 404
