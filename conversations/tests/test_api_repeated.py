"""A question sent again with its Idempotency-Key: asked once, answered twice the same."""

import json

import pytest

from accounts.tenancy import scope
from billing.models import Reservation
from chatbots.models import Chatbot
from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)
BLUE = {"content": "What colour is the sky?"}


@pytest.fixture
def messages(owner, make_document) -> str:
    make_document(owner, "The sky is blue. Grass is green.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        talk = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
    return f"/api/v1/conversations/{talk.pk}/messages/"


def send(api, url: str, body: dict, key: str = "first"):
    return api.post(url, body, headers={"Idempotency-Key": key})


def problem(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def told(response) -> tuple:
    return response.status_code, response.headers.get("Idempotency-Replayed"), response.json()


def test_a_question_is_asked_and_charged_once(api, owner, messages, chat_model):
    first, again = send(api, messages, BLUE), send(api, messages, BLUE)
    assert told(first)[:2] == (201, None)
    assert told(again) == (201, "true", first.json())
    assert len(chat_model.requests) == 1
    with scope(owner):
        assert (Message.objects.count(), Reservation.objects.count()) == (2, 1)


def test_another_answer_is_made_once(api, owner, messages):
    answer = api.post(messages, BLUE).json()
    url = f"/api/v1/messages/{answer['id']}/regenerate/"
    first, again = send(api, url, {}), send(api, url, {})
    assert told(again) == (201, "true", first.json())
    with scope(owner):
        assert Message.objects.filter(role="assistant").count() == 2


def test_another_question_with_the_same_key_is_refused(api, owner, messages):
    send(api, messages, BLUE)
    for other in ({"content": "And grass?"}, {**BLUE, "stream": True}):
        assert problem(send(api, messages, other)) == (422, "idempotency_mismatch")
    with scope(owner):
        assert Message.objects.count() == 2


def test_a_streams_repetition_tells_the_same_messages_events(api, owner, messages):
    body = {**BLUE, "stream": True}
    first, again = send(api, messages, body), send(api, messages, body)
    assert again["Idempotency-Replayed"] == "true"
    assert shown(events(again)) == shown(events(first))
    with scope(owner):
        assert Message.objects.count() == 2


def events(response) -> list[tuple[str, dict]]:
    assert response["Content-Type"] == "text/event-stream"
    blocks = b"".join(response).decode().split("\n\n")
    lines = [block.split("\n") for block in blocks if block.startswith("id:")]
    return [(name[7:], json.loads(data[6:])) for _id, name, data in lines]


def shown(told: list[tuple[str, dict]]) -> tuple:
    """The kinds of events in their order, the whole text, the message at the end."""
    text = "".join(data["text"] for name, data in told if name == "delta")
    return list(dict.fromkeys(name for name, _data in told)), text, told[-1]


def test_a_question_that_was_refused_may_be_sent_again(api, owner, messages):
    with scope(owner):
        Chatbot.objects.update(is_active=False)
    assert problem(send(api, messages, BLUE)) == (409, "chatbot_inactive")
    with scope(owner):
        Chatbot.objects.update(is_active=True)
    assert told(send(api, messages, BLUE))[:2] == (201, None)


def test_while_an_answer_runs_its_repetition_is_told_to_wait(api, owner, messages):
    answer = send(api, messages, BLUE).json()
    with scope(owner):
        Message.objects.filter(pk=answer["id"]).update(status="streaming")
    waiting = send(api, messages, BLUE)
    assert problem(waiting) == (409, "idempotency_running")
    assert (waiting.json()["message_id"], waiting["Retry-After"]) == (answer["id"], "1")


def test_the_answer_to_a_deleted_question_is_gone(api, owner, messages):
    send(api, messages, BLUE)
    with scope(owner):
        Message.objects.all().delete()
    assert problem(send(api, messages, BLUE)) == (404, "not_found")
