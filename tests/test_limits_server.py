"""Every limit of a plan against fifty parallel requests at the real server: exactly as many succeed
as fit, and the counter never passes the limit."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db.models import Sum

from accounts import keys
from accounts.models import Invitation, User
from accounts.tenancy import scope, system
from billing import adjusting
from billing.models import CreditBalance, CreditChange, DailyUsage, Plan, Reservation
from chatbots.models import Chatbot
from conversations.models import Attachment, Conversation, Message
from documents.models import Document
from tests.openai_server import SlowModel, slow_model
from tests.web import Web
from tests.workers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT_ONCE = 50
Send = Callable[[int], httpx.Response]


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[str, type[SlowModel]]]:
    with slow_model() as served:
        yield served


@pytest.fixture(scope="module")
def web(services, model) -> Iterator[Web]:
    variables = {"OPENAI_BASE_URL": model[0], "OPENAI_API_KEY": "test"}
    server = Web({**variables, "KYRO_CHAT_MODEL": "openai/slow"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(owner: User, web: Web) -> Iterator[httpx.Client]:
    with scope(owner):
        header = {"Authorization": f"Bearer {keys.issue(owner, 'test')[1]}"}
    limits = httpx.Limits(max_connections=AT_ONCE)
    base = f"{web.url}/api/v1"
    with httpx.Client(base_url=base, headers=header, timeout=60, limits=limits) as session:
        yield session


@pytest.fixture
def conversations(owner: User) -> list[Conversation]:
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Slow")
        rows = [Conversation(owner=owner, chatbot=chatbot, user=owner) for _ in range(AT_ONCE)]
        return Conversation.objects.bulk_create(rows)


def allow(**limits: int) -> None:
    with system():
        Plan.objects.filter(name="free").update(**limits)


def at_once(send: Send) -> list[httpx.Response]:
    """Fifty requests, each waiting for all the others to be ready."""
    gate = threading.Barrier(AT_ONCE)

    def one(number: int) -> httpx.Response:
        gate.wait()
        return send(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def kinds(responses: list[httpx.Response]) -> Counter[str]:
    """How many were done, and by which limit the others were refused."""
    return Counter(
        "done" if response.status_code < 300 else str(response.json().get("limit"))
        for response in responses
    )


def upload(client: httpx.Client, text: Callable[[int], str]) -> Send:
    return lambda number: client.post(
        "/documents/", json={"text": text(number), "name": f"{number}.txt"}
    )


def test_documents(client, owner):
    allow(document_limit=10)
    responses = at_once(upload(client, lambda number: f"Text {number}"))
    assert kinds(responses) == {"done": 10, "document_limit": 40}
    told = next(response.json() for response in responses if response.status_code == 402)
    assert (told["code"], told["value"], told["left"]) == ("quota_exceeded", 10, 0)
    assert told["resets_at"] is None
    with scope(owner):
        assert Document.objects.count() == 10


def test_the_same_file_fifty_times_takes_one_place(client, owner):
    allow(document_limit=1)
    responses = at_once(upload(client, lambda _number: "The sky is blue."))
    assert kinds(responses) == {"done": 50}
    assert len({response.json()["id"] for response in responses}) == 1


def test_storage(client, owner):
    allow(storage_limit=1_050)
    responses = at_once(upload(client, lambda number: f"{number:0100}"))
    assert kinds(responses) == {"done": 10, "storage_limit": 40}
    with scope(owner):
        assert Document.objects.aggregate(stored=Sum("file_size")) == {"stored": 1_000}


def test_documents_of_a_conversation(client, owner, conversations):
    allow(attachment_limit=7)
    path = f"/conversations/{conversations[0].pk}/attachments/"
    responses = at_once(lambda number: client.post(path, json={"text": f"Text {number}"}))
    assert kinds(responses) == {"done": 7, "attachment_limit": 43}
    with scope(owner):
        assert (Attachment.objects.count(), Document.objects.count()) == (7, 7)


def test_members(client, owner):
    allow(member_limit=6)
    names = [f"Project {number}" for number in range(5)]
    ids = [client.post("/projects/", json={"name": name}).json()["id"] for name in names]

    def invite(number: int) -> httpx.Response:
        body = {"email": f"person{number}@example.com", "role": "viewer"}
        return client.post(f"/projects/{ids[number % 5]}/invitations/", json=body)

    assert kinds(at_once(invite)) == {"done": 6, "member_limit": 44}
    with scope(owner):
        assert Invitation.objects.filter(project__owner=owner).count() == 6


@pytest.fixture
def ask(client, model, conversations) -> Iterator[Callable[[], Counter[str]]]:
    """Fifty conversations are asked at once; no answer ends before all have been replied to."""
    gate = threading.Event()

    def pieces(_request: SlowModel) -> list[str]:
        gate.wait(30)
        return ["Blue "]

    def stream(number: int) -> httpx.Response:
        path = f"/conversations/{conversations[number].pk}/messages/"
        body: dict[str, Any] = {"content": "Which colour?", "stream": True}
        request = client.build_request("POST", path, json=body)
        return client.send(request, stream=True)

    def asked() -> Counter[str]:
        responses = at_once(stream)
        refused = [response for response in responses if response.status_code == 402]
        for response in refused:
            response.read()
        counted = kinds(responses)
        for check in checks:
            check()
        gate.set()
        for response in responses:
            response.read()
        return counted

    checks: list[Callable[[], None]] = []
    asked.while_running = checks.append  # type: ignore[attr-defined]
    model[1]._pieces = pieces  # type: ignore[method-assign, assignment]
    yield asked
    gate.set()


def settled(owner: User) -> bool:
    with scope(owner):
        balance = CreditBalance.objects.get(owner=owner)
        return (balance.running, balance.tokens_held) == (0, 0)


def test_conversations_answered_at_once(ask, owner):
    allow(session_limit=4)
    assert ask() == {"done": 4, "session_limit": 46}
    assert wait_until(lambda: settled(owner), 20)
    with scope(owner):
        assert Message.objects.count() == 8


def test_credits(ask, owner):
    with scope(owner):
        adjusting.set_balance(owner, 6, reason="a test")
    assert ask() == {"done": 6, "credits": 44}
    assert wait_until(lambda: settled(owner), 20)
    with scope(owner):
        assert CreditBalance.objects.get(owner=owner).balance == 0
        assert CreditChange.objects.aggregate(total=Sum("amount")) == {"total": 0}


def test_tokens_of_the_day(ask, owner):
    allow(token_limit_daily=10_000)

    def held() -> None:
        with scope(owner):
            assert Reservation.objects.aggregate(all=Sum("tokens")) == {"all": 10_000}

    ask.while_running(held)
    counted = ask()
    assert counted["done"] + counted["token_limit_daily"] == AT_ONCE
    with scope(owner):
        assert Reservation.objects.count() == counted["done"] < AT_ONCE
    assert wait_until(lambda: settled(owner), 20)
    with scope(owner):
        assert DailyUsage.objects.get(user=owner).tokens_used <= 10_000
