"""The library through the API."""

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.delivery import PendingTask
from accounts.models import AuditLog
from accounts.tenancy import scope, system
from billing.models import Plan
from documents.models import Document
from tests import ingesting

pytestmark = pytest.mark.django_db
DOCUMENTS = "/api/v1/documents/"


def upload(api, content: bytes, name: str = "sky.txt", **fields):
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    return api.post(DOCUMENTS, {"file": file, **fields}, format="multipart")


def test_a_new_file_is_202_and_owed_to_a_worker(api, owner):
    response = upload(api, b"The sky is blue.", title="Sky", tags=["a, b", "c", "a"])
    made = response.json()
    assert (response.status_code, made["status"], made["stage"]) == (202, "pending", "queued")
    assert (made["name"], made["title"], made["tags"]) == ("sky.txt", "Sky", ["a", "b", "c"])
    assert made["content_hash"] == hashlib.sha256(b"The sky is blue.").hexdigest()
    with scope(owner):
        assert str(PendingTask.objects.get().object_id) == made["id"]
        assert AuditLog.objects.filter(action="document.upload").count() == 1


def test_the_same_bytes_again_are_200_with_the_same_document(api, outsiders_api):
    first = upload(api, b"The sky is blue.")
    again = upload(api, b"The sky is blue.", name="copy.txt")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert upload(outsiders_api, b"The sky is blue.").status_code == 202


def test_a_pasted_text_becomes_a_document(api, owner):
    made = api.post(DOCUMENTS, {"text": " Grass is green.\n", "name": "grass.md", "tags": ["x"]})
    assert (made.status_code, made.json()["name"]) == (202, "grass.md")
    ingesting.ingest(made.json()["id"], owner.pk)
    text = api.get(f"{DOCUMENTS}{made.json()['id']}/text/").json()
    assert "Grass is green." in text["content"]


def test_refused_files_say_why_and_leave_nothing(api, owner, settings):
    settings.MAX_FILE_SIZE = 10
    for content, code in ((b"", "empty_file"), (b"x" * 11, "file_too_large")):
        response = upload(api, content)
        assert (response.status_code, response.json()["code"]) == (400, code)
        assert response.json()["errors"]["file"] == [response.json()["detail"]]
    with scope(owner):
        assert not Document.objects.exists()


def test_of_two_files_in_one_request_none_is_kept(api, owner):
    files = [SimpleUploadedFile(name, name.encode()) for name in ("one.txt", "two.txt")]
    response = api.post(DOCUMENTS, {"file": files}, format="multipart")
    assert response.status_code == 400
    assert response.json()["errors"] == {"file": ["Send one file a request."]}
    response = upload(api, b"The sky is blue.", title=["Sky", "Blue"])
    assert response.json()["errors"] == {"title": ["Send this field once."]}
    with scope(owner):
        assert not Document.objects.exists()


def test_over_the_plan_is_402_with_the_limit(api, owner):
    with system():
        Plan.objects.filter(name="free").update(document_limit=1)
    upload(api, b"one")
    response = upload(api, b"two")
    told = response.json()
    assert (response.status_code, told["code"]) == (402, "quota_exceeded")
    assert (told["limit"], told["value"], told["resets_at"]) == ("document_limit", 1, None)
    with scope(owner):
        assert Document.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x", "url": "https://example.com"},
        {"text": "x", "tags": ["y"] * 21 + ["z" * 51]},
    ],
)
def test_what_is_no_document_is_400(api, owner, body):
    assert api.post(DOCUMENTS, body).status_code == 400
    with scope(owner):
        assert not Document.objects.exists()


def test_text_and_chunks_fit_each_other(api, owner, make_document):
    document = make_document(owner, "The sky is blue. Grass is green.")
    text = api.get(f"{DOCUMENTS}{document.pk}/text/").json()
    [chunk] = api.get(f"{DOCUMENTS}{document.pk}/chunks/").json()["results"]
    assert text["content"][chunk["start_char"] : chunk["end_char"]] == chunk["content"]
    assert "embedding" not in chunk
    assert (text["page_count"], text["pages"]) == (1, [[0, len(text["content"])]])


def test_one_page_of_the_text_knows_where_it_starts(api, owner, make_document):
    document = make_document(owner, "First page. Second page.")
    with scope(owner):
        document.text.pages = [[0, 12], [12, 24]]
        document.text.save()
    url = f"{DOCUMENTS}{document.pk}/text/"
    page = api.get(url, {"page": 2}).json()
    assert (page["content"], page["start_char"], page["page"]) == ("Second page.", 12, 2)
    assert [api.get(url, {"page": wrong}).status_code for wrong in ("0", "3", "x")] == [400] * 3


def test_the_text_of_an_unread_document_is_not_there_yet(api):
    pk = upload(api, b"The sky is blue.").json()["id"]
    response = api.get(f"{DOCUMENTS}{pk}/text/")
    assert (response.status_code, response.json()["code"]) == (409, "not_now")


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_the_original_comes_back_as_an_attachment_under_its_name(api):
    pk = upload(api, b"<script>", name='naïve "sky".html').json()["id"]
    response = api.get(f"{DOCUMENTS}{pk}/file/")
    assert b"".join(response) == b"<script>"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=utf-8''na%C3%AFve" in response["Content-Disposition"]
    assert (response["X-Content-Type-Options"], response["Content-Length"]) == ("nosniff", "8")


def test_only_what_is_sent_changes(api, owner, make_document):
    document = make_document(owner)
    url = f"{DOCUMENTS}{document.pk}/"
    changed = api.patch(url, {"name": "../up/new.txt", "tags": [" a ", "a"]}).json()
    assert (changed["name"], changed["tags"], changed["title"]) == ("new.txt", ["a"], "")
    with scope(owner):
        assert AuditLog.objects.get(action="document.update").metadata == {
            "fields": ["name", "tags"]
        }
    assert api.patch(url, {"status": "error"}).status_code == 400


def test_reprocess_and_cancel_are_202_or_409(api, owner, make_document):
    url = f"{DOCUMENTS}{make_document(owner).pk}/"
    assert api.post(f"{url}cancel/").json()["code"] == "not_now"
    again = api.post(f"{url}reprocess/")
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    assert api.post(f"{url}reprocess/").status_code == 409
    stopped = api.post(f"{url}cancel/").json()
    assert (stopped["status"], stopped["error_code"]) == ("error", "cancelled")


def test_deleted_is_gone(api, owner, make_document):
    pk = make_document(owner).pk
    assert api.delete(f"{DOCUMENTS}{pk}/").status_code == 204
    for path in ("", "text/", "chunks/", "file/"):
        assert api.get(f"{DOCUMENTS}{pk}/{path}").status_code == 404
    assert api.post("/api/v1/search/", {"query": "sky", "mode": "text"}).json() == {"results": []}


def test_bulk_does_all_or_nothing(api, owner, outsider, make_document):
    mine = [str(make_document(owner, f"text {n}", f"{n}.txt").pk) for n in range(2)]
    foreign = str(make_document(outsider, "theirs").pk)
    for action in ("delete", "reprocess"):
        refused = api.post(f"{DOCUMENTS}bulk/", {"ids": [*mine, foreign], "action": action})
        assert refused.status_code == 404
    assert api.post(f"{DOCUMENTS}bulk/", {"ids": mine, "action": "cancel"}).status_code == 409
    assert {row["status"] for row in api.get(DOCUMENTS).json()["results"]} == {"ready"}
    done = api.post(f"{DOCUMENTS}bulk/", {"ids": mine, "action": "delete"})
    assert (done.status_code, done.json()["ids"]) == (200, mine)
    assert api.get(DOCUMENTS).json()["results"] == []


def test_bulk_that_one_document_refuses_changes_none(api, owner, make_document):
    ready = str(make_document(owner).pk)
    waiting = upload(api, b"waits").json()["id"]
    refused = api.post(f"{DOCUMENTS}bulk/", {"ids": [ready, waiting], "action": "reprocess"})
    assert refused.status_code == 409
    assert api.get(f"{DOCUMENTS}{ready}/").json()["status"] == "ready"


@pytest.mark.parametrize("wrong", [{"ids": []}, {"action": "burn"}, {"ids": "x"}, {"ids": ["x"]}])
def test_bulk_without_sense_is_400(api, wrong):
    body = {"ids": ["01a20000-0000-7000-8000-000000000000"], "action": "delete", **wrong}
    assert api.post(f"{DOCUMENTS}bulk/", body).status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=ready", {"Sky.txt"}),
        ("status=pending", {"grass.md"}),
        ("tag=green", {"grass.md"}),
        ("tag=gre", set()),
        ("mime_type=text/plain", {"Sky.txt"}),
        ("type=text", {"Sky.txt"}),
        ("type=pdf", set()),
        ("q=SKY", {"Sky.txt"}),
        ("q=lawn", {"grass.md"}),
        ("q=%25", set()),
    ],
)
def test_the_list_can_be_narrowed(api, owner, make_document, query, found):
    make_document(owner, name="Sky.txt")
    upload(api, b"Grass is green.", name="grass.md", tags="green", title="Lawn")
    rows = api.get(f"{DOCUMENTS}?{query}").json()["results"]
    assert {row["name"] for row in rows} == found


@pytest.mark.parametrize(
    ("ordering", "names"),
    [
        ("name", ["a", "b"]),
        ("-name", ["b", "a"]),
        ("file_size", ["b", "a"]),
        ("created_at", ["b", "a"]),
    ],
)
def test_the_list_can_be_ordered(api, ordering, names):
    upload(api, b"x", name="b")
    upload(api, b"xx", name="a")
    rows = api.get(f"{DOCUMENTS}?ordering={ordering}").json()["results"]
    assert [row["name"] for row in rows] == names


def test_the_list_costs_the_same_whatever_its_length(api, django_assert_num_queries):
    for number in range(5):
        upload(api, f"text {number}".encode())
    with django_assert_num_queries(7):
        assert len(json.loads(api.get(DOCUMENTS).content)["results"]) == 5
