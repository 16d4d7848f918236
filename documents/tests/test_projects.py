"""Documents of projects: whose they are, who reads them, and how they leave again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLog, Project, User
from accounts.tenancy import scope, system
from billing.models import Plan, UsageRecord
from conftest import api_of
from documents.models import Document, DocumentChunk, ProjectDocument, SearchLog
from tests import ingesting
from tests.sharing import join, leave, share

DOCUMENTS = "/api/v1/documents/"


@pytest.fixture
def editor(make_user) -> User:
    return make_user("editor")


@pytest.fixture
def viewer(make_user) -> User:
    return make_user("viewer")


@pytest.fixture
def document(owner, make_document) -> Document:
    return make_document(owner, "The finch sings at dawn.", "finch.txt")


@pytest.fixture
def private(owner, make_document) -> Document:
    return make_document(owner, "The raven sings at dusk.", "raven.txt")


@pytest.fixture
def project(owner, editor, viewer, document, private) -> Project:
    return share(owner, document, editor=editor, viewer=viewer)


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def names(response: Any) -> list[str]:
    return [row["name"] for row in response.json()["results"]]


def linked(project: Project) -> set[str]:
    with scope(project.owner_id):
        rows = ProjectDocument.objects.filter(project=project)
        return {str(pk) for pk in rows.values_list("document_id", flat=True)}


def test_members_read_the_documents_of_a_project_and_no_others(
    project, document, private, owner, viewer, outsiders_api
) -> None:
    client = api_of(viewer)
    with scope(owner):
        chunk, hidden = (DocumentChunk.objects.get(document=one) for one in (document, private))
    for end in ("", "text/", "chunks/"):
        assert client.get(f"{DOCUMENTS}{document.pk}/{end}").status_code == 200
        assert code(client.get(f"{DOCUMENTS}{private.pk}/{end}")) == (404, "not_found")
        assert code(outsiders_api.get(f"{DOCUMENTS}{document.pk}/{end}")) == (404, "not_found")
    assert client.get(f"/api/v1/chunks/{chunk.pk}/").status_code == 200
    assert code(client.get(f"/api/v1/chunks/{hidden.pk}/")) == (404, "not_found")


@pytest.mark.django_db(transaction=True)  # what is streamed gives the connection back
@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_the_file_is_for_members_as_long_as_they_are_in_the_project(
    project, document, private, viewer
) -> None:
    join(share(project.owner, private, name="Kept"), viewer)
    client, address = api_of(viewer), f"{DOCUMENTS}{document.pk}/file/"
    assert b"".join(client.get(address)) == b"The finch sings at dawn."
    leave(project, viewer)
    assert code(client.get(address)) == (404, "not_found")
    assert b"".join(client.get(f"{DOCUMENTS}{private.pk}/file/")) == b"The raven sings at dusk."


def test_a_list_is_ones_own_unless_a_project_is_named(project, viewer, api, outsiders_api) -> None:
    client = api_of(viewer)
    assert names(client.get(DOCUMENTS)) == []
    for address in (
        f"{DOCUMENTS}?project={project.pk}",
        f"/api/v1/projects/{project.pk}/documents/",
    ):
        assert names(client.get(address)) == ["finch.txt"]
        assert code(outsiders_api.get(address)) == (404, "not_found")
    assert names(api.get(DOCUMENTS)) == ["raven.txt", "finch.txt"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("patch", "{id}/", {"title": "Birds"}, 200),
        ("post", "{id}/reprocess/", {}, 202),
        ("delete", "{id}/", None, 403),
        ("post", "bulk/", {"ids": ["{id}"], "action": "reprocess"}, 200),
        ("post", "bulk/", {"ids": ["{id}"], "action": "delete"}, 403),
    ],
)
def test_editors_change_documents_and_delete_none_and_viewers_neither(
    project, document, editor, viewer, method, path, body, status
) -> None:
    address = DOCUMENTS + path.format(id=document.pk)
    if body and "ids" in body:
        body = {**body, "ids": [str(document.pk)]}
    with scope(project.owner_id):
        before = Document.objects.filter(pk=document.pk).values().get()
    assert code(getattr(api_of(viewer), method)(address, body)) == (403, "role_missing")
    with scope(project.owner_id):
        assert Document.objects.filter(pk=document.pk).values().get() == before
    assert getattr(api_of(editor), method)(address, body).status_code == status
    with scope(project.owner_id):
        acts = AuditLog.objects.filter(actor_id=editor.pk)
        assert {act.owner_id for act in acts} <= {project.owner_id}


def test_one_document_that_is_not_ones_to_change_fails_the_whole_request(
    project, document, private, editor, make_document
) -> None:
    own = make_document(editor, "Mine.", "mine.txt")
    body = {"ids": [str(own.pk), str(private.pk)], "action": "delete"}
    assert code(api_of(editor).post(f"{DOCUMENTS}bulk/", body)) == (404, "not_found")
    body["ids"][1] = str(document.pk)
    assert code(api_of(editor).post(f"{DOCUMENTS}bulk/", body)) == (403, "role_missing")
    with scope(editor):
        assert Document.objects.filter(pk=own.pk).exists()


@pytest.mark.parametrize("way", ["file", "text", "address"])
def test_what_an_editor_adds_to_a_project_is_its_owners(project, owner, editor, way) -> None:
    client = api_of(editor)
    brought = {
        "file": {"file": SimpleUploadedFile("wren.txt", b"The wren sings.")},
        "text": {"text": "The wren sings.", "name": "wren.txt"},
        "address": {"url": "https://birds.example/wren.txt"},
    }[way]
    kind = "multipart" if way == "file" else "json"
    added = client.post(DOCUMENTS, {**brought, "project": str(project.pk)}, format=kind)
    assert (added.status_code, added.json()["owner"]) == (202, str(owner.pk))
    assert added.json()["id"] in linked(project)
    assert client.get(f"{DOCUMENTS}{added.json()['id']}/").status_code == 200
    with scope(owner):
        act = AuditLog.objects.get(action="document.upload", resource_id=added.json()["id"])
        kept = Document.objects.get(pk=added.json()["id"])
    assert (act.owner_id, act.actor_id) == (owner.pk, editor.pk)
    assert kept.file.name in {"", f"documents/{owner.pk}/{kept.pk}"}
    with scope(editor.pk):
        assert Document.objects.for_user(editor).count() == 0


def test_the_same_bytes_give_the_owners_document_linked(project, private, editor) -> None:
    body = {"text": "The raven sings at dusk.", "project": str(project.pk)}
    again = api_of(editor).post(DOCUMENTS, body)
    assert (again.status_code, again.json()["id"]) == (200, str(private.pk))
    assert str(private.pk) in linked(project)


def test_viewers_and_outsiders_add_nothing(project, owner, viewer, outsiders_api) -> None:
    body = {"text": "The wren sings.", "project": str(project.pk)}
    assert code(api_of(viewer).post(DOCUMENTS, body)) == (403, "role_missing")
    assert code(outsiders_api.post(DOCUMENTS, body)) == (404, "not_found")
    with scope(owner):
        assert Document.objects.count() == 2


def test_the_owners_plan_is_the_limit_and_nobody_elses(
    project, owner, editor, make_document
) -> None:
    with system():
        Plan.objects.filter(name="free").update(document_limit=2)
    body = {"text": "The wren sings.", "project": str(project.pk)}
    full = api_of(editor).post(DOCUMENTS, body)
    assert (full.status_code, full.json()["limit"]) == (402, "document_limit")
    assert full.json()["detail"] == "The plan of the project's owner has no room for this document."
    assert api_of(editor).post(DOCUMENTS, {"text": "Mine."}).status_code == 202
    assert len(linked(project)) == 1


def test_the_owner_links_documents_and_takes_them_out(api, project, document, private) -> None:
    url = f"/api/v1/projects/{project.pk}/documents/"
    assert api.post(url, {"document": str(private.pk)}).status_code == 201
    assert api.post(url, {"document_ids": [str(private.pk), str(document.pk)]}).status_code == 201
    assert linked(project) == {str(document.pk), str(private.pk)}
    assert api.delete(f"{url}{document.pk}/").status_code == 204
    assert linked(project) == {str(private.pk)}
    assert code(api.delete(f"{url}{document.pk}/")) == (404, "not_found")
    assert api.get(f"{DOCUMENTS}{document.pk}/").status_code == 200


def test_members_link_what_they_may_change_of_the_owners_alone(
    project, private, editor, viewer, owner, make_document
) -> None:
    url = f"/api/v1/projects/{project.pk}/documents/"
    own = make_document(editor, "Mine.", "mine.txt")
    client = api_of(editor)
    assert code(client.post(url, {"document": str(private.pk)})) == (404, "not_found")
    assert code(client.post(url, {"document": str(own.pk)})) == (409, "other_owner")
    join(share(owner, private, name="Elsewhere"), editor)
    assert code(client.post(url, {"document": str(private.pk)})) == (403, "role_missing")
    assert len(linked(project)) == 1


def test_editors_take_documents_out_and_viewers_do_not(project, document, editor, viewer) -> None:
    address = f"/api/v1/projects/{project.pk}/documents/{document.pk}/"
    assert code(api_of(viewer).delete(address)) == (403, "role_missing")
    assert api_of(editor).delete(address).status_code == 204
    assert code(api_of(editor).get(f"{DOCUMENTS}{document.pk}/")) == (404, "not_found")


def test_leaving_one_project_takes_what_hung_on_it_though_another_of_the_owner_stays(
    project, document, private, owner, viewer
) -> None:
    kept = share(owner, private, name="Kept")
    join(kept, viewer)
    client = api_of(viewer)
    leave(project, viewer)
    for end in ("", "text/", "chunks/"):
        assert code(client.get(f"{DOCUMENTS}{document.pk}/{end}")) == (404, "not_found")
        assert client.get(f"{DOCUMENTS}{private.pk}/{end}").status_code == 200
    search = {"query": "sings", "mode": "text"}
    assert code(client.post("/api/v1/search/", {**search, "project": str(project.pk)})) == (
        404,
        "not_found",
    )
    found = client.post("/api/v1/search/", {**search, "project": str(kept.pk)}).json()["results"]
    assert [row["document_name"] for row in found] == ["raven.txt"]


def test_search_in_a_project_finds_its_documents_for_whoever_is_in_it(
    project, document, private, owner, viewer, api, outsiders_api
) -> None:
    asked = {"query": "sings", "project": str(project.pk)}
    for client in (api, api_of(viewer)):
        found = client.post("/api/v1/search/", asked).json()["results"]
        assert [row["document_id"] for row in found] == [str(document.pk)]
    assert code(outsiders_api.post("/api/v1/search/", asked)) == (404, "not_found")
    chosen = {"query": "sings", "document_ids": [str(document.pk)]}
    assert len(api_of(viewer).post("/api/v1/search/", chosen).json()["results"]) == 1
    chosen["document_ids"].append(str(private.pk))
    assert code(api_of(viewer).post("/api/v1/search/", chosen)) == (404, "not_found")
    assert api_of(viewer).post("/api/v1/search/", {"query": "sings"}).json()["results"] == []
    with scope(owner):  # whose documents were searched, has it in their log
        assert SearchLog.objects.filter(owner=owner).count() == 3


def test_documents_of_several_people_are_not_searched_together(
    project, document, viewer, make_document
) -> None:
    own = make_document(viewer, "Mine sings.", "mine.txt")
    body = {"query": "sings", "document_ids": [str(own.pk), str(document.pk)]}
    refused = api_of(viewer).post("/api/v1/search/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["document_ids"])


def test_an_edited_passage_costs_its_owner_and_is_noted_with_them(
    project, document, owner, editor, viewer
) -> None:
    with scope(owner):
        chunk = DocumentChunk.objects.get(document=document)
    address = f"/api/v1/chunks/{chunk.pk}/"
    assert code(api_of(viewer).patch(address, {"content": "No."})) == (403, "role_missing")
    switch = {"ids": [str(chunk.pk)], "enabled": False}
    assert code(api_of(viewer).post("/api/v1/chunks/switch/", switch)) == (403, "role_missing")
    assert api_of(editor).patch(address, {"content": "The finch sings at noon."}).status_code == 200
    assert api_of(editor).post("/api/v1/chunks/switch/", switch).status_code == 200
    with scope(owner):
        chunk.refresh_from_db()
        assert (chunk.content, chunk.enabled) == ("The finch sings at noon.", False)
        acts = AuditLog.objects.filter(action="chunk.update", actor_id=editor.pk)
        assert {act.owner_id for act in acts} == {owner.pk}
        used = UsageRecord.objects.filter(request_type="embedding").values_list("user_id")
        assert set(used) == {(owner.pk,)}


def test_what_comes_with_an_email_is_where_the_email_is(project, owner, editor) -> None:
    mail = (
        b"From: a@example.com\r\nSubject: Wren\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: text/plain\r\n\r\n"
        b"See the file.\r\n--x\r\nContent-Type: text/plain\r\n"
        b'Content-Disposition: attachment; filename="wren.txt"\r\n\r\nThe wren sings.\r\n--x--\r\n'
    )
    file = SimpleUploadedFile("wren.eml", mail)
    body = {"file": file, "project": str(project.pk)}
    email = api_of(editor).post(DOCUMENTS, body, format="multipart").json()["id"]
    ingesting.ingest(email, owner.pk)
    listed = api_of(editor).get(f"/api/v1/projects/{project.pk}/documents/")
    assert sorted(names(listed)) == ["finch.txt", "wren.eml", "wren.txt"]


def test_the_list_of_a_project_costs_the_same_for_few_and_for_many(
    project, owner, viewer, make_document, django_assert_num_queries
) -> None:
    client, address = api_of(viewer), f"{DOCUMENTS}?project={project.pk}"
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    count = len(few)
    for number in range(3):
        body = {"text": f"Text {number}", "project": str(project.pk)}
        assert api_of(owner).post(DOCUMENTS, body).status_code == 202
    with django_assert_num_queries(count):
        assert len(names(client.get(address))) == 4


def test_a_project_that_is_not_there_takes_nothing(api, owner) -> None:
    refused = api.post(DOCUMENTS, {"text": "Words", "project": str(uuid4())})
    assert code(refused) == (404, "not_found")
    with scope(owner):
        assert Document.objects.count() == 0
