"""Thumbs with reasons: on an answer and on the whole conversation, by page and API."""

import pytest
from django.urls import reverse

from accounts.models import AuditLog
from accounts.tenancy import scope
from analytics.models import UsageEvent
from conversations.models import Feedback, Message
from conversations.tests.conftest import FRAGMENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(owner, conversation):
    with scope(owner):
        return Message.objects.create(
            owner=owner,
            conversation=conversation,
            role="assistant",
            content="Blue.",
            message_index=0,
        )


def given(owner) -> list[tuple]:
    with scope(owner):
        return list(Feedback.objects.values_list("rating", "reason", "comment", "message_id"))


def test_a_thumb_is_kept_at_once_and_the_reason_asked_for_after(owner, answer, client):
    client.force_login(owner)
    url = reverse("conversations:feedback", args=[answer.pk])
    html = client.post(url, {"rating": "down"}, headers=FRAGMENT).content.decode()
    assert given(owner) == [("down", "", "", answer.pk)]
    assert ("What is wrong with it?" in html, 'value="not_supported"' in html) == (True, True)
    why = {"rating": "down", "reason": "wrong", "comment": " It is red. ", "done": "1"}
    html = client.post(url, why, headers=FRAGMENT).content.decode()
    assert given(owner) == [("down", "wrong", "It is red.", answer.pk)]
    assert "Thank you." in html


def test_a_verdict_is_changed_and_taken_back(owner, answer, client):
    client.force_login(owner)
    url = reverse("conversations:feedback", args=[answer.pk])
    client.post(url, {"rating": "down"})
    client.post(url, {"rating": "up"})
    assert [row[0] for row in given(owner)] == ["up"]
    client.post(url, {"rating": "none"})
    assert given(owner) == []
    with scope(owner):
        events = UsageEvent.objects.filter(metric_type__startswith="feedback.")
        told = list(events.order_by("created_at").values_list("metric_type", flat=True))
        acts = AuditLog.objects.filter(action__startswith="feedback.").count()
    assert (told, acts) == (["feedback.down", "feedback.up", "feedback.withdrawn"], 3)


@pytest.mark.parametrize("body", [{}, {"rating": "sideways"}, {"rating": "down", "reason": "x"}])
def test_what_is_no_verdict_is_refused_in_words(owner, answer, client, body):
    client.force_login(owner)
    response = client.post(reverse("conversations:feedback", args=[answer.pk]), body)
    assert (response.status_code, given(owner)) == (422, [])
    assert response["Content-Type"].startswith("text/plain")


def test_by_api_for_an_answer_and_for_the_conversation(owner, answer, api):
    one = f"/api/v1/messages/{answer.pk}/feedback/"
    whole = f"/api/v1/conversations/{answer.conversation_id}/feedback/"
    assert api.get(one).status_code == 404
    first = api.post(one, {"rating": "down", "reason": "mine", "comment": "No."}, "json")
    again = api.post(one, {"rating": "up"}, "json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["reason"], again.json()["reason"]) == ("mine", "")
    assert first.json()["id"] == again.json()["id"]
    assert api.post(whole, {"rating": "up"}, "json").json()["message"] is None
    assert api.get(one).json()["rating"] == "up"
    assert (api.delete(one).status_code, api.delete(one).status_code) == (204, 404)
    assert given(owner) == [("up", "", "", None)]


def test_questions_take_none(owner, answer, api):
    with scope(owner):
        Message.objects.filter(pk=answer.pk).update(role="user")
    assert api.post(f"/api/v1/messages/{answer.pk}/feedback/", {"rating": "up"}, "json").json()[
        "errors"
    ] == {"message": ["Only answers take feedback."]}
