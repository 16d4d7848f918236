"""The same request sent again is told its first answer and does nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import keys
from accounts.idempotency import IdempotencyKey
from accounts.models import ApiKey
from accounts.tasks import forget_idempotency_keys
from accounts.tenancy import scope, system
from chatbots.models import Chatbot
from conftest import api_of
from documents.models import Document

pytestmark = pytest.mark.django_db
DOCUMENTS = "/api/v1/documents/"
TEXT = {"text": "The sky is blue.", "name": "sky.txt"}


def send(api: APIClient, path: str, body: Any, key: str = "first", **options: Any) -> Any:
    return api.post(path, body, headers={"Idempotency-Key": key}, **options)


def told(response: Any) -> tuple[int, str | None, Any]:
    return response.status_code, response.headers.get("Idempotency-Replayed"), response.json()


def problem(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def file(content: bytes, name: str = "sky.txt") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content), "tags": ["a", "b"]}


def test_a_repetition_is_told_the_first_answer_and_does_nothing(api, owner):
    first, again = send(api, DOCUMENTS, TEXT), send(api, DOCUMENTS, TEXT)
    assert (first.status_code, "Idempotency-Replayed" in first.headers) == (202, False)
    assert told(again) == (202, "true", first.json())
    with scope(owner):
        assert Document.objects.count() == 1


def test_the_order_of_a_bodys_fields_is_no_difference(api):
    turned = dict(reversed(TEXT.items()))
    assert told(send(api, DOCUMENTS, TEXT))[2] == told(send(api, DOCUMENTS, turned))[2]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (DOCUMENTS, {**TEXT, "text": "Another."}),
        (f"{DOCUMENTS}?a=1", TEXT),
        ("/api/v1/chatbots/", {"name": "Sky"}),
    ],
)
def test_another_request_with_the_same_key_is_refused(api, owner, path, body):
    send(api, DOCUMENTS, TEXT)
    assert problem(send(api, path, body)) == (422, "idempotency_mismatch")
    with scope(owner):
        assert (Document.objects.count(), Chatbot.objects.count()) == (1, 0)


@pytest.mark.parametrize("key", ["", " ", "two words", "é", "k" * 256, "a\tb"])
def test_a_key_that_is_malformed_is_400_and_nothing_is_done(api, owner, key):
    assert problem(send(api, DOCUMENTS, TEXT, key)) == (400, "invalid")
    with scope(owner):
        assert not Document.objects.exists()


def test_a_form_is_known_by_its_files_content(api, owner):
    first = send(api, DOCUMENTS, file(b"One."), format="multipart")
    again = send(api, DOCUMENTS, file(b"One."), format="multipart")
    assert told(again) == (202, "true", first.json())
    for other in (file(b"Two."), file(b"One.", "other.txt")):
        refused = send(api, DOCUMENTS, other, format="multipart")
        assert problem(refused) == (422, "idempotency_mismatch")
    with scope(owner):
        assert Document.objects.get().file_size == 4


def test_what_was_refused_may_be_tried_again_with_the_same_key(api, owner):
    assert problem(send(api, DOCUMENTS, {"text": ""})) == (400, "invalid")
    assert send(api, DOCUMENTS, TEXT).status_code == 202
    with scope(owner):
        assert IdempotencyKey.objects.count() == Document.objects.count() == 1


def test_after_a_day_the_key_is_free(api, owner):
    first = send(api, DOCUMENTS, TEXT)
    with scope(owner):
        past = timezone.now() - dt.timedelta(seconds=1)
        IdempotencyKey.objects.update(expires_at=past)
    other = send(api, DOCUMENTS, {"text": "Another."})
    assert other.json()["id"] != first.json()["id"]
    with scope(owner):
        [row] = IdempotencyKey.objects.all()
        assert row.expires_at > timezone.now() + dt.timedelta(hours=23)


def test_expired_keys_are_swept_and_others_stay(api, owner):
    send(api, DOCUMENTS, TEXT, "old")
    send(api, DOCUMENTS, {"text": "Another."}, "young")
    with scope(owner):
        IdempotencyKey.objects.filter(key="old").update(expires_at=timezone.now())
    forget_idempotency_keys()
    with scope(owner):
        assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]


def test_another_person_has_the_key_to_themselves(api, outsiders_api, owner, outsider):
    first, theirs = send(api, DOCUMENTS, TEXT), send(outsiders_api, DOCUMENTS, TEXT)
    assert told(theirs)[:2] == (202, None)
    assert theirs.json()["id"] != first.json()["id"]
    for person in (owner, outsider):
        with scope(person):
            assert IdempotencyKey.objects.get().owner_id == person.pk


def test_what_one_api_key_was_answered_another_is_not_told(api, owner):
    """The mightier key's answer may be more than the other may see."""
    send(api, "/api/v1/api-keys/", {"name": "New"})
    with scope(owner):
        weak = keys.issue(owner, "weak", scopes=["account:write"])[1]
    refused = send(api_with(weak), "/api/v1/api-keys/", {"name": "New"})
    assert problem(refused) == (422, "idempotency_mismatch")


def api_with(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_stranger_leaves_no_key():
    assert problem(send(APIClient(), DOCUMENTS, TEXT)) == (401, "not_authenticated")
    with system():
        assert not IdempotencyKey.objects.exists()


def test_a_new_api_keys_secret_is_told_again_but_not_stored_readably(api, owner):
    first = send(api, "/api/v1/api-keys/", {"name": "New"})
    again = send(api, "/api/v1/api-keys/", {"name": "New"})
    assert told(again) == (201, "true", first.json())
    with scope(owner):
        assert ApiKey.objects.filter(name="New").count() == 1
        assert first.json()["key"][5:20] not in str(IdempotencyKey.objects.values().get())


def test_an_answer_that_cannot_be_read_any_more_is_not_made_again(api, owner, settings):
    send(api, DOCUMENTS, TEXT)
    settings.SECRET_KEY = "another secret"
    fresh = api_of(owner)
    fresh.credentials(**api._credentials)
    assert problem(send(fresh, DOCUMENTS, TEXT)) == (409, "idempotency_unreadable")


def test_every_post_that_creates_takes_the_key(api, owner, make_document):
    document = make_document(owner, "Some text.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Sky")
    for path, body in {
        "/api/v1/chatbots/": {"name": "Another"},
        "/api/v1/conversations/": {"chatbot": str(chatbot.pk)},
        f"{DOCUMENTS}{document.pk}/reprocess/": {},
        f"{DOCUMENTS}bulk/": {"action": "delete", "ids": [str(document.pk)]},
    }.items():
        first, again = send(api, path, body, path), send(api, path, body, path)
        assert first.status_code < 300, first.content
        assert told(again) == (first.status_code, "true", first.json())


def test_requests_without_the_header_make_no_statement_for_it(api, django_assert_num_queries):
    api.post(DOCUMENTS, TEXT)
    with django_assert_num_queries(STATEMENTS):
        api.post(DOCUMENTS, {"text": "Another."})


STATEMENTS = 15
