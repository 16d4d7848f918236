"""Many files as one upload: announced, sent in any order, gone on with another day."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts import keys
from accounts.models import AuditLog
from accounts.tenancy import scope, system
from billing.models import Plan
from conftest import api_of
from documents import batches, tasks
from documents.models import Document, UploadBatch, UploadItem

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"
DOCUMENTS = "/api/v1/documents/"


def text_of(path: str) -> bytes:
    return f"This is what {path} says.".encode()


def announce(api, *paths: str, name: str = "Folder", **headers) -> dict:
    files = [{"path": path, "size": len(text_of(path))} for path in paths]
    response = api.post(UPLOADS, {"name": name, "files": files}, headers=headers)
    assert response.status_code == 201, response.json()
    return response.json()


def send(api, upload: str, path: str, content: bytes | None = None, **headers):
    body = content if content is not None else text_of(path)
    file = SimpleUploadedFile(path.rpartition("/")[2], body)
    form = {"file": file, "upload": upload, "path": path}
    return api.post(DOCUMENTS, form, format="multipart", headers=headers)


def counts(api, upload: str) -> dict[str, int]:
    told = api.get(f"{UPLOADS}{upload}/").json()["counts"]
    return {name: value for name, value in told.items() if value and "bytes" not in name}


def paths_of(api, upload: str, state: str) -> list[str]:
    rows = api.get(f"{UPLOADS}{upload}/files/", {"state": state}).json()["results"]
    return [row["path"] for row in rows]


# -- Announcing -----------------------------------------------------------------------------


def test_what_cannot_be_read_is_told_before_it_is_sent(api, settings):
    settings.MAX_FILE_SIZE = 2**20
    sizes = {
        "F/good.txt": 9, "F/empty.txt": 0, "F/huge.txt": 2**20 + 1, "F/.DS_Store": 5,
        "F/.git/config": 5, "F/Thumbs.db": 5, "F/~$open.docx": 5, "F/film.MP4": 5, "F/old.doc": 5,
    }  # fmt: skip
    files = [{"path": path, "size": size} for path, size in sizes.items()]
    told = api.post(UPLOADS, {"name": "F", "files": files}).json()
    assert {row["path"]: row["error_code"] for row in told["refused"]} == {
        "F/empty.txt": "empty_file",
        "F/huge.txt": "file_too_large",
        "F/.DS_Store": "hidden_file",
        "F/.git/config": "hidden_file",
        "F/Thumbs.db": "hidden_file",
        "F/~$open.docx": "hidden_file",
        "F/film.MP4": "unsupported_type",
        "F/old.doc": "unsupported_type",
    }
    assert (told["counts"]["missing"], told["counts"]["bytes_announced"]) == (1, 9)
    assert paths_of(api, told["id"], "missing") == ["F/good.txt"]


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ([], "files"),
        ([{"path": "a.txt", "size": 1}] * 2, "files"),
        ([{"path": f"{n}.txt", "size": 1} for n in range(5001)], "files"),
        ([{"path": "../a.txt", "size": 1}], "files.0.path"),
        ([{"path": "/a.txt", "size": 1}], "files.0.path"),
        ([{"path": "a\nb.txt", "size": 1}], "files.0.path"),
        ([{"path": "a" * 1001, "size": 1}], "files.0.path"),
        ([{"path": "a.txt", "size": -1}], "files.0.size"),
        ([{"path": "a.mp4", "size": 1}], "files"),
    ],
)
def test_what_is_no_upload_is_refused_whole(api, owner, files, field):
    response = api.post(UPLOADS, {"name": "Folder", "files": files})
    [named] = response.json()["errors"]
    assert (response.status_code, named.removesuffix(".non_field_errors")) == (400, field)
    with scope(owner):
        assert not UploadBatch.objects.exists()


def test_five_thousand_files_are_one_upload(api, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        told = announce(api, *(f"F/{number}.txt" for number in range(5000)))
    assert told["counts"]["announced"] == 5000


def test_unfinished_uploads_are_not_piled_up(api, monkeypatch):
    monkeypatch.setattr(batches, "MOST_UNFINISHED", 2)
    first = announce(api, "a.txt")
    announce(api, "b.txt")
    body = {"name": "c", "files": [{"path": "c.txt", "size": 1}]}
    assert api.post(UPLOADS, body).json()["code"] == "too_many_uploads"
    api.delete(f"{UPLOADS}{first['id']}/")
    assert api.post(UPLOADS, body).status_code == 201


def test_announcing_leaves_a_trace_and_happens_once_for_a_key(api, owner):
    header = {"Idempotency-Key": "once"}
    assert announce(api, "a.txt", **header)["id"] == announce(api, "a.txt", **header)["id"]
    with scope(owner):
        entry = AuditLog.objects.get(action="upload.create")
        assert entry.resource_id == UploadBatch.objects.get().pk
    assert entry.metadata == {"name": "Folder", "files": 1}


# -- Sending --------------------------------------------------------------------------------


def test_files_arrive_under_their_paths_and_the_last_one_closes_the_upload(api, owner):
    upload = announce(api, "F/a/notes.txt", "F/b/notes.txt")["id"]
    made = send(api, upload, "F/a/notes.txt")
    assert (made.status_code, made.json()["name"]) == (202, "notes.txt")
    assert made.json()["path"] == "F/a/notes.txt"
    assert counts(api, upload) == {"announced": 2, "arrived": 1, "missing": 1}
    assert api.get(f"{UPLOADS}{upload}/").json()["closed_at"] is None
    assert send(api, upload, "F/b/notes.txt").status_code == 202
    assert counts(api, upload) == {"announced": 2, "arrived": 2}
    assert api.get(f"{UPLOADS}{upload}/").json()["closed_at"] is not None
    found = api.get(DOCUMENTS, {"q": "f/B/"}).json()["results"]
    assert [row["path"] for row in found] == ["F/b/notes.txt"]


def test_a_path_sent_again_is_the_same_document(api, owner):
    upload = announce(api, "a.txt", "b.txt")["id"]
    first = send(api, upload, "a.txt")
    again = send(api, upload, "a.txt", b"Something else by now.")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    with scope(owner):
        assert Document.objects.count() == 1


def test_identical_files_count_as_arrived(api, owner, make_document, client):
    there = make_document(owner, text_of("F/a.txt").decode(), "long since.txt")
    upload = announce(api, "F/a.txt", "F/b.txt", "F/copy of b.txt")["id"]
    assert send(api, upload, "F/a.txt").json()["id"] == str(there.pk)
    second = send(api, upload, "F/b.txt").json()["id"]
    assert send(api, upload, "F/copy of b.txt", text_of("F/b.txt")).json()["id"] == second
    assert counts(api, upload) == {"announced": 3, "arrived": 3, "ready": 1}
    client.force_login(owner)
    text = client.get(f"/documents/uploads/{upload}/").content.decode()
    assert text.count("already in your library as") == 2


def test_a_refusal_is_answered_and_noted_with_the_file(api, owner, settings):
    upload = announce(api, "a.txt", "b.txt")["id"]
    settings.MAX_FILE_SIZE = 5
    for headers in ({}, {"Idempotency-Key": "try"}):
        refused = send(api, upload, "a.txt", **headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "file_too_large")
    [row] = api.get(f"{UPLOADS}{upload}/files/", {"state": "refused"}).json()["results"]
    assert (row["path"], row["error_message"]) == ("a.txt", "This file is larger than 0 MB.")
    assert (row["error_code"], row["can_retry"]) == ("file_too_large", False)
    assert paths_of(api, upload, "unsent") == ["b.txt"]
    with scope(owner):
        assert not Document.objects.exists()
    settings.MAX_FILE_SIZE = 500  # whoever mended the file may send it
    assert send(api, upload, "a.txt").status_code == 202
    assert counts(api, upload) == {"announced": 2, "arrived": 1, "missing": 1}


def test_the_plan_holds_and_what_did_not_fit_can_be_sent_later(api, owner):
    with system():
        Plan.objects.filter(name="free").update(document_limit=1)
    upload = announce(api, "a.txt", "b.txt")["id"]
    assert send(api, upload, "a.txt").status_code == 202
    refused = send(api, upload, "b.txt")
    assert (refused.status_code, refused.json()["code"]) == (402, "quota_exceeded")
    assert counts(api, upload) == {"announced": 2, "arrived": 1, "refused": 1}
    told = api.get(f"{UPLOADS}{upload}/").json()
    assert told["closed_at"] is None
    assert paths_of(api, upload, "unsent") == ["b.txt"]
    with system():
        Plan.objects.filter(name="free").update(document_limit=2)
    assert send(api, upload, "b.txt").status_code == 202


def test_what_was_not_announced_is_refused(api, owner):
    upload = announce(api, "a.txt")["id"]
    refused = send(api, upload, "b.txt")
    assert (refused.status_code, refused.json()["code"]) == (400, "not_announced")
    file = SimpleUploadedFile("a.txt", b"a")
    nameless = api.post(DOCUMENTS, {"file": file, "upload": upload}, format="multipart")
    assert list(nameless.json()["errors"]) == ["path"]
    with scope(owner):
        assert not Document.objects.exists()


def test_giving_up_keeps_the_documents(api, owner):
    upload = announce(api, "a.txt", "b.txt")["id"]
    send(api, upload, "a.txt")
    assert api.delete(f"{UPLOADS}{upload}/").status_code == 204
    assert send(api, upload, "b.txt").status_code == 404
    with scope(owner):
        assert [document.name for document in Document.objects.all()] == ["a.txt"]
        assert not UploadItem.objects.exists()
        assert AuditLog.objects.filter(action="upload.delete").count() == 1


def test_a_document_deleted_since_leaves_its_upload_finished(api, owner):
    upload = announce(api, "a.txt")["id"]
    document = send(api, upload, "a.txt").json()["id"]
    api.delete(f"{DOCUMENTS}{document}/")
    assert counts(api, upload) == {"announced": 1, "arrived": 1, "ready": 1}


@pytest.mark.django_db(transaction=True)
def test_one_path_sent_several_times_at_once_gives_one_document(api, owner):
    upload = announce(api, "a.txt", "b.txt")["id"]
    with scope(owner):
        header = f"Bearer {keys.issue(owner, 'parallel')[1]}"

    def send_alone(path: str) -> str:
        try:
            client = type(api)()
            client.credentials(HTTP_AUTHORIZATION=header)
            return send(client, upload, path).json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(send_alone, ["a.txt", "b.txt"] * 4))
    assert len(set(made)) == 2
    with scope(owner):
        assert Document.objects.count() == 2
        assert UploadBatch.objects.get().closed_at is not None


# -- Others ---------------------------------------------------------------------------------


def test_an_outsider_finds_and_fills_nothing(api, outsiders_api, owner, outsider):
    upload = announce(api, "a.txt")["id"]
    assert outsiders_api.get(UPLOADS).json()["results"] == []
    assert outsiders_api.get(f"{UPLOADS}{upload}/").status_code == 404
    assert outsiders_api.get(f"{UPLOADS}{upload}/files/").status_code == 404
    assert outsiders_api.delete(f"{UPLOADS}{upload}/").status_code == 404
    refused, nowhere = send(outsiders_api, upload, "a.txt"), send(outsiders_api, uuid4(), "a.txt")
    assert (refused.status_code, refused.json()) == (404, nowhere.json())
    for person in (owner, outsider):
        with scope(person):
            assert not Document.objects.exists()
    assert counts(api, upload) == {"announced": 1, "missing": 1}


def test_a_key_that_reads_does_not_announce(api, owner):
    with scope(owner):
        secret = keys.issue(owner, "reader", scopes=["documents:read"])[1]
    reader = type(api)()
    reader.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    body = {"name": "F", "files": [{"path": "a.txt", "size": 1}]}
    assert reader.post(UPLOADS, body).json()["code"] == "scope_missing"
    assert reader.get(UPLOADS).json()["results"] == []


# -- Lists and upkeep -----------------------------------------------------------------------


def test_lists_and_counts_take_the_same_queries_however_many_files(
    api, owner, client, django_assert_num_queries
):
    client.force_login(owner)
    small, large = announce(api, "a.txt")["id"], announce(api, *map(str, range(60)))["id"]
    send(api, large, "7")
    for upload in (small, large):
        with django_assert_num_queries(8):
            assert api.get(f"{UPLOADS}{upload}/").status_code == 200
        with django_assert_num_queries(11):
            assert client.get(f"/documents/uploads/{upload}/").status_code == 200
    with django_assert_num_queries(8):
        assert len(api.get(UPLOADS).json()["results"]) == 2
    with django_assert_num_queries(10):
        assert client.get("/documents/uploads/").status_code == 200


def test_uploads_long_done_are_forgotten_and_their_documents_kept(api, owner):
    done, recent, open_one = (announce(api, f"{name}.txt")["id"] for name in "abc")
    send(api, done, "a.txt")
    send(api, recent, "b.txt")
    long_ago = timezone.now() - dt.timedelta(days=31)
    with scope(owner):
        UploadBatch.objects.filter(pk=done).update(closed_at=long_ago)
        UploadBatch.objects.filter(pk=open_one).update(created_at=long_ago)
    tasks.forget_uploads()
    with scope(owner):
        assert {str(batch.pk) for batch in UploadBatch.objects.all()} == {recent, open_one}
        assert Document.objects.count() == 2


def test_somebody_elses_files_are_counted_apart(api, owner, outsider):
    announce(api, "a.txt", "b.txt")
    theirs = announce(api_of(outsider), "a.txt")["id"]
    assert counts(api_of(outsider), theirs) == {"announced": 1, "missing": 1}


def test_old_uploads_make_room_for_new_ones(api, owner, monkeypatch):
    monkeypatch.setattr(batches, "MOST_KEPT", 4)
    first, second = announce(api, "a/1.txt", "a/2.txt"), announce(api, "b/1.txt")
    send(api, second["id"], "b/1.txt")
    third = announce(api, "c/1.txt", "c/2.txt")
    assert {row["id"] for row in api.get(UPLOADS).json()["results"]} == {first["id"], third["id"]}
    with scope(owner):
        assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_announcements_count_each_other(api, monkeypatch):
    monkeypatch.setattr(batches, "MOST_UNFINISHED", 3)

    def one(number: int) -> int:
        files = [{"path": f"{number}.txt", "size": 5}]
        try:
            return api.post(UPLOADS, {"name": "Folder", "files": files}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == [201] * 3 + [400] * 5
