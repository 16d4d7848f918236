"""What has not changed is not sent again; what has changed is not overwritten unseen."""

from __future__ import annotations

import pytest

from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation
from documents.models import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(owner, make_document) -> Document:
    return make_document(owner, "The sky is blue.")


@pytest.fixture
def address(document) -> str:
    return f"/api/v1/documents/{document.pk}/"


def test_an_unchanged_document_is_304_without_a_body(api, address):
    tag = api.get(address)["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = api.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert api.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_whatever_changes_a_document_changes_its_tag(api, address, owner):
    """Workers write progress by an UPDATE that leaves updated_at alone."""
    tag = api.get(address)["ETag"]
    with scope(owner):
        Document.objects.update(progress=50)
    seen = api.get(address, headers={"If-None-Match": tag})
    assert (seen.status_code, seen.json()["progress"]) == (200, 50)


def test_a_change_meant_for_an_older_state_is_refused(api, address, owner):
    old = api.get(address)["ETag"]
    changed = api.patch(address, {"title": "Mine"}, headers={"If-Match": old})
    assert changed.status_code == 200
    for refused in (
        api.patch(address, {"title": "Late"}, headers={"If-Match": old}),
        api.delete(address, headers={"If-Match": old}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    with scope(owner):
        assert Document.objects.get().title == "Mine"
    assert changed["ETag"] == api.get(address)["ETag"] != old
    assert api.delete(address, headers={"If-Match": changed["ETag"]}).status_code == 204


def test_any_state_will_do_for_a_star_but_not_none_at_all(api, address):
    assert api.patch(address, {"title": "Any"}, headers={"If-Match": "*"}).status_code == 200
    gone = address.replace(address[-5:-1], "0000")
    assert api.delete(gone, headers={"If-Match": "*"}).status_code == 404


def test_another_persons_document_is_404_whatever_the_tag(outsiders_api, api, address):
    tag = api.get(address)["ETag"]
    for headers in ({"If-Match": tag}, {"If-Match": "*"}):
        assert outsiders_api.delete(address, headers=headers).status_code == 404
    assert outsiders_api.get(address, headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["text/", "file/"])
def test_text_and_file_are_not_sent_again(api, address, part):
    whole = api.get(f"{address}{part}")
    again = api.get(f"{address}{part}", headers={"If-None-Match": whole["ETag"]})
    assert (whole.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.django_db(transaction=True)
def test_the_file_is_known_by_its_content(api, address, document):
    assert api.get(f"{address}file/")["ETag"] == f'"{document.content_hash}"'


def test_chatbots_conversations_and_keys_have_tags_too(api, owner, document):
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Sky")
        chatbot.read_documents([document])
        held = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
    key = api.get("/api/v1/api-keys/").json()["results"][0]
    for address, change in (
        (f"/api/v1/chatbots/{chatbot.pk}/", {"name": "New"}),
        (f"/api/v1/conversations/{held.pk}/", {"title": "New"}),
        (f"/api/v1/api-keys/{key['id']}/", None),
    ):
        tag = api.get(address)["ETag"]
        assert api.get(address, headers={"If-None-Match": tag}).status_code == 304
        if change:
            assert api.patch(address, change, headers={"If-Match": tag}).status_code == 200
            assert api.patch(address, change, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize("tag", ["nonsense", "", '"', "W/", '"a' * 500])
def test_a_tag_that_is_none_matches_nothing(api, address, tag):
    assert api.get(address, headers={"If-None-Match": tag}).status_code == 200
    changed = api.patch(address, {"title": "New"}, headers={"If-Match": tag})
    assert changed.status_code == (412 if tag else 200)


def test_tags_cost_no_statement(api, address, django_assert_num_queries):
    api.get(address)
    with django_assert_num_queries(7):
        tag = api.get(address)["ETag"]
    with django_assert_num_queries(7):
        api.get(address, headers={"If-None-Match": tag})
