"""Idempotency against a real server: many at once, and killed in the middle of the work."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import connection, transaction

from accounts import keys
from accounts.tenancy import scope, system
from billing.models import Reservation, Subscription
from chatbots.models import Chatbot
from conversations import storing
from conversations.models import Conversation, Message
from documents.models import Document
from tests.openai_server import slow_model
from tests.web import Web
from tests.workers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT_ONCE = 20
TEXT = {"text": "The sky is blue.", "name": "sky.txt"}


@pytest.fixture(scope="module")
def web(services) -> Iterator[Web]:
    with slow_model() as (url, _handler):
        server = Web(
            {
                "OPENAI_BASE_URL": url,
                "OPENAI_API_KEY": "test",
                "KYRO_CHAT_MODEL": "openai/slow",
                "KYRO_ANSWER_LEASE_SECONDS": "2",
            }
        )
        server.start()
        yield server
        server.stop()


@pytest.fixture
def client(owner, web) -> Iterator[httpx.Client]:
    with scope(owner):
        header = {"Authorization": f"Bearer {keys.issue(owner, 'test')[1]}"}
    with httpx.Client(base_url=f"{web.url}/api/v1", headers=header, timeout=30) as session:
        yield session


@pytest.fixture
def messages(owner) -> str:
    """Where questions are sent."""
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Slow")
        held = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
    return f"/conversations/{held.pk}/messages/"


def send(client: httpx.Client, path: str, key: str, **body: Any) -> httpx.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def at_once(client: httpx.Client, path: str, **body: Any) -> list[httpx.Response]:
    """The same request twenty times, each waiting for all the others to be ready."""
    gate, key = threading.Barrier(AT_ONCE), uuid4().hex

    def one(_number: int) -> httpx.Response:
        gate.wait()
        return send(client, path, key, **body)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def kinds(responses: list[httpx.Response]) -> Counter[str]:
    return Counter(
        "first" if r.status_code < 300 and "Idempotency-Replayed" not in r.headers
        else "replayed" if r.status_code < 300
        else r.json()["code"]
        for r in responses
    )  # fmt: skip


def test_twenty_uploads_at_once_make_one_document(client, owner):
    told = kinds(at_once(client, "/documents/", **TEXT))
    assert (told["first"], told["replayed"] + told["idempotency_running"]) == (1, AT_ONCE - 1)
    with scope(owner):
        assert Document.objects.count() == 1


@pytest.mark.parametrize("stream", [False, True])
def test_twenty_questions_at_once_are_asked_once(client, owner, messages, stream):
    told = kinds(at_once(client, messages, content="Which words?", stream=stream))
    assert (told["first"], told["replayed"] + told["idempotency_running"]) == (1, AT_ONCE - 1)
    with scope(owner):
        assert (Message.objects.count(), Reservation.objects.count()) == (2, 1)


def test_a_server_killed_in_the_middle_of_the_work_leaves_it_to_be_done_again(client, owner, web):
    """The upload waits for the subscription's row, which we hold: then its server dies."""
    key = uuid4().hex
    with transaction.atomic(), scope(owner):
        Subscription.objects.select_for_update().get(user=owner)
        first = threading.Thread(target=_send_and_fail, args=(client, key))
        first.start()
        assert wait_until(lambda: waiting_for_a_lock() == 1, 10)
        assert send(client, "/documents/", key, **TEXT).json()["code"] == "idempotency_running"
        web.kill()
        first.join()
    web.start()
    again = send(client, "/documents/", key, **TEXT)
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (202, False)
    with scope(owner):
        assert Document.objects.count() == 1


def _send_and_fail(client: httpx.Client, key: str) -> None:
    with suppress(httpx.TransportError):
        send(client, "/documents/", key, **TEXT)


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def test_a_server_killed_while_it_answers_does_not_answer_again(client, owner, messages, web):
    key, body = uuid4().hex, {"content": "Which words?", "stream": True}
    with client.stream("POST", messages, json=body, headers={"Idempotency-Key": key}) as response:
        next(line for line in response.iter_lines() if "delta" in line)
        running = send(client, messages, key, **body)
        web.kill()
    assert running.json()["code"] == "idempotency_running"
    web.start()
    with system():
        assert wait_until(lambda: storing.reap() == 1, 10)
    again = send(client, messages, key, **body)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert running.json()["message_id"] in again.text
    assert '"status":"incomplete"' in again.text
    with scope(owner):
        assert (Message.objects.count(), Reservation.objects.count()) == (2, 1)
