"""Chunks and the queue through the API."""

from __future__ import annotations

import pytest

from accounts.tenancy import scope
from documents import queue
from documents.models import DocumentChunk

pytestmark = pytest.mark.django_db
QUEUE = "/api/v1/documents/queue/"


@pytest.fixture
def chunk(owner, make_document) -> DocumentChunk:
    document = make_document(owner)
    with scope(owner):
        return DocumentChunk.objects.select_related("document").get(document=document)


def url(chunk) -> str:
    return f"/api/v1/chunks/{chunk.pk}/"


def test_a_chunk_is_read_edited_and_switched_off(api, chunk):
    shown = api.get(url(chunk)).json()
    assert (shown["content"], shown["original"], shown["edited_at"]) == (
        "The sky is blue.",
        "",
        None,
    )
    change = {"content": "The sea is grey.", "enabled": False}
    changed = api.patch(url(chunk), change, format="json").json()
    assert changed == api.get(url(chunk)).json()
    assert (changed["content"], changed["original"]) == ("The sea is grey.", "The sky is blue.")
    assert (changed["enabled"], changed["start_char"], changed["end_char"]) == (False, 0, 16)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n "}, "content"),
        ({"content": "word " * 600}, "content"),
        ({"content": "x" * 10_001}, "content"),
        ({"section": "Other"}, "section"),
        ({"enabled": "perhaps"}, "enabled"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(api, chunk, change, field):
    response = api.patch(url(chunk), change, format="json")
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert api.get(url(chunk)).json()["content"] == "The sky is blue."


def test_while_the_document_is_processed_chunks_are_read_only(api, chunk, owner):
    with scope(owner):
        queue.reprocess(chunk.document, actor=owner)
    for change in ({"content": "The sea is grey."}, {"enabled": False}):
        response = api.patch(url(chunk), change, format="json")
        assert (response.status_code, response.json()["code"]) == (409, "not_now")


def test_who_edits_what_somebody_else_has_changed_is_told(api, chunk):
    tag = api.get(url(chunk))["ETag"]
    api.patch(url(chunk), {"content": "The sea is grey."}, format="json")
    late = api.patch(url(chunk), {"content": "Late."}, format="json", headers={"If-Match": tag})
    assert late.status_code == 412


def test_many_are_switched_or_none(api, chunk):
    there, gone = str(chunk.pk), "01234567-89ab-7def-8123-456789abcdef"
    many = {"ids": [there, gone], "enabled": False}
    assert api.post("/api/v1/chunks/switch/", many, format="json").status_code == 404
    assert api.get(url(chunk)).json()["enabled"]
    answer = api.post("/api/v1/chunks/switch/", {**many, "ids": [there]}, format="json")
    assert answer.json() == {"ids": [there], "enabled": False}
    assert not api.get(url(chunk)).json()["enabled"]


def test_an_outsider_finds_no_chunk(outsiders_api, chunk, owner):
    for response in (
        outsiders_api.get(url(chunk)),
        outsiders_api.patch(url(chunk), {"content": "Taken."}, format="json"),
        outsiders_api.patch(url(chunk), {"enabled": False}, format="json"),
    ):
        assert response.status_code == 404
    with scope(owner):
        unchanged = DocumentChunk.objects.get()
    assert (unchanged.content, unchanged.enabled) == ("The sky is blue.", True)


def test_reading_again_keeps_or_discards_changes_as_asked(api, chunk):
    address = f"/api/v1/documents/{chunk.document_id}/reprocess/"
    assert api.post(address, {"discard": True}, format="json").status_code == 400
    assert api.post(address, {"discard_edits": True}, format="json").status_code == 202
    with scope(chunk.owner_id):
        chunk.document.refresh_from_db()
    assert chunk.document.metadata["discard_edits"] is True


def test_the_queue_is_counted_paused_and_resumed(api, outsiders_api, chunk, owner):
    with scope(owner):
        queue.reprocess(chunk.document, actor=owner)
    state = api.patch(QUEUE, {"paused": True}, format="json").json()
    assert (state["paused"], state["waiting"], state["processing"], state["failed"]) == (
        True,
        1,
        0,
        0,
    )
    assert state == api.get(QUEUE).json()
    other = outsiders_api.get(QUEUE).json()
    assert (other["paused"], other["waiting"], other["oldest_waiting"]) == (False, 0, None)
    assert not api.patch(QUEUE, {"paused": False}, format="json").json()["paused"]
    assert api.patch(QUEUE, {"paused": None}, format="json").status_code == 400
