"""Live answers survive what happens to them: killed servers, emptied streams, lost readers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from redis import Redis

from accounts import keys
from accounts.models import User
from accounts.tenancy import scope, system
from billing.models import Reservation
from chatbots.models import Chatbot
from conversations import storing
from conversations.models import Conversation, Message
from documents.models import Document
from tests.openai_server import slow_model
from tests.sharing import leave, share
from tests.web import Web
from tests.workers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LEASE = "3"


@pytest.fixture(scope="module")
def model():
    with slow_model() as (url, handler):
        yield url, handler


@pytest.fixture(scope="module")
def web(model, services):
    url, _ = model
    server = Web(
        {
            "OPENAI_BASE_URL": url,
            "OPENAI_API_KEY": "test",
            "KYRO_CHAT_MODEL": "openai/slow",
            "KYRO_ANSWER_LEASE_SECONDS": LEASE,
        }
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def conversation(owner, make_document) -> Conversation:
    make_document(owner, "word0 to word39 stand here.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Slow")
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


@pytest.fixture
def client(owner, web) -> Iterator[httpx.Client]:
    with client_of(owner, web) as session:
        yield session


def client_of(user: User, web: Web) -> httpx.Client:
    with scope(user):
        _, secret = keys.issue(user, "test")
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.Client(base_url=f"{web.url}/api/v1", headers=headers, timeout=30)


def ask(client: httpx.Client, conversation: Conversation):
    return client.stream(
        "POST",
        f"/conversations/{conversation.pk}/messages/",
        json={"content": "Which words stand here?", "stream": True},
    )


def events(response: httpx.Response) -> Iterator[tuple[str, str, dict]]:
    """(id, name, data) of each server-sent event."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields["id"], fields["event"], json.loads(fields["data"])
            fields = {}


def first(response: httpx.Response, name: str) -> tuple[str, dict]:
    return next((event_id, data) for event_id, kind, data in events(response) if kind == name)


def answer_of(owner, conversation) -> Message:
    with scope(owner):
        return Message.objects.get(conversation=conversation, role="assistant")


WHOLE = " ".join(f"word{number}" for number in range(40)) + " [1]."


def test_a_stream_tells_the_whole_answer_in_order(client, conversation):
    with ask(client, conversation) as response:
        told = list(events(response))
    names = [name for _, name, _ in told]
    assert names[:2] == ["message.created", "retrieval"]
    assert names[-3:] == ["citation", "usage", "message.completed"] or names[-2:] == [
        "usage",
        "message.completed",
    ]
    assert "".join(data["text"] for _, name, data in told if name == "delta").strip() == WHOLE
    message = told[-1][2]["message"]
    assert (message["status"], message["content"].strip()) == ("complete", WHOLE)
    assert message["citations"][0]["quote"] == "word0 to word39 stand here."


def test_a_reader_that_left_finds_the_rest_after_its_last_event(client, conversation):
    text = ""
    with ask(client, conversation) as response:
        for event_id, name, data in events(response):
            last_id = event_id
            text += data["text"] if name == "delta" else ""
            if name == "message.created":
                message_id = data["message_id"]
            if len(text) > 30:
                break
    with client.stream(
        "GET", f"/messages/{message_id}/events/", headers={"Last-Event-ID": last_id}
    ) as response:
        rest = list(events(response))
    text += "".join(data["text"] for _, name, data in rest if name == "delta")
    assert text.strip() == WHOLE
    assert rest[-1][1] == "message.completed"


def test_an_emptied_valkey_in_mid_answer_costs_no_word(client, conversation):
    text = ""
    emptied = False
    with ask(client, conversation) as response:
        for _, name, data in events(response):
            text += data["text"] if name == "delta" else ""
            if len(text) > 60 and not emptied:
                Redis.from_url(settings.REDIS_URL).flushall()
                emptied = True
    assert text.strip() == WHOLE
    assert name == "message.completed"


def test_a_chunked_body_is_read_whole(client, conversation):
    found = client.post(
        "/search/",
        content=iter([b'{"query": "which words", ', b'"top_k": 1}']),
        headers={"Content-Type": "application/json"},
    )
    assert (found.status_code, len(found.json()["results"])) == (200, 1)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    sent = client.post(
        "/documents/",
        content=iter([head, b"Hi you.\r\n--b--\r\n"]),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert (sent.status_code, sent.json()["file_size"]) == (202, len("Hi you."))


def test_stop_ends_the_answer_and_the_upstream_call_within_two_seconds(
    client, conversation, owner, model
):
    with ask(client, conversation) as response:
        told = events(response)
        next(name for _, name, _ in told if name == "delta")
        message = answer_of(owner, conversation)
        pressed = time.monotonic()
        client.post(f"/messages/{message.pk}/stop/").raise_for_status()
        assert wait_until(lambda: model[1].running == 0, 2)
        *_, (_, name, data) = told
    assert time.monotonic() - pressed < 2.5
    assert (name, data["message"]["status"]) == ("message.completed", "stopped")
    assert answer_of(owner, conversation).content.startswith("word0")


def test_a_member_removed_in_mid_answer_reads_no_more_and_the_owner_keeps_it_whole(
    owner, outsider, conversation, web
):
    with scope(owner):
        document = Document.objects.get()
    project = share(owner, document, viewer=outsider)
    with scope(owner):
        Chatbot.objects.filter(pk=conversation.chatbot_id).update(project=project)
        Conversation.objects.filter(pk=conversation.pk).update(user=outsider)
    with client_of(outsider, web) as client:
        with ask(client, conversation) as response:
            told = events(response)
            created = next(data for _, name, data in told if name == "message.created")
            next(name for _, name, _ in told if name == "delta")
            leave(project, outsider)
            removed = time.monotonic()
            names = [name for _, name, _ in told]
        assert (time.monotonic() - removed < 1, "message.completed" in names) == (True, False)
        again = client.get(f"/messages/{created['message_id']}/events/")
    assert again.status_code == 404
    assert wait_until(lambda: answer_of(owner, conversation).status == "complete", seconds=10)
    assert answer_of(owner, conversation).content.strip() == WHOLE


def test_a_reader_that_goes_away_does_not_lose_the_answer(client, conversation, owner):
    with ask(client, conversation) as response:
        first(response, "delta")
    assert wait_until(lambda: answer_of(owner, conversation).status == "complete", 15)
    assert answer_of(owner, conversation).content.strip() == WHOLE


def test_a_killed_server_leaves_an_honestly_incomplete_answer(client, conversation, owner, web):
    with ask(client, conversation) as response:
        seen = ""
        for _, name, data in events(response):
            seen += data["text"] if name == "delta" else ""
            if seen.count("word") > 20:
                break
        web.kill()
    web.start()
    time.sleep(float(LEASE))
    with system():
        assert storing.reap() == 1
    message = answer_of(owner, conversation)
    assert (message.status, message.error_code) == ("incomplete", "interrupted")
    assert message.content.startswith("word0 word1")
    with scope(owner):
        assert Reservation.objects.get().state == "settled"
    with client.stream("GET", f"/messages/{message.pk}/events/") as response:
        told = list(events(response))
    assert told[-1][2]["message"]["status"] == "incomplete"


def test_a_server_asked_to_stop_lets_the_answer_finish(client, conversation, owner, web):
    with ask(client, conversation) as response:
        first(response, "delta")
    web.stop()
    assert answer_of(owner, conversation).status == "complete"
    web.start()
