"""Many chats at once on few credits, against a real server: no answer too many, none unpaid."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db.models import F, Sum

from accounts import keys
from accounts.models import User
from accounts.tenancy import scope, system
from billing import adjusting
from billing.models import CreditBalance, CreditChange, DailyUsage, Reservation, UsageRecord
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from tests.web import Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(scope="module")
def web(services) -> Iterator[Web]:
    server = Web({"KYRO_CHAT_MODEL": "fake"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(owner, web) -> Iterator[httpx.Client]:
    with scope(owner):
        header = {"Authorization": f"Bearer {keys.issue(owner, 'test')[1]}"}
    pool = httpx.Limits(max_connections=None)
    with httpx.Client(
        base_url=f"{web.url}/api/v1", headers=header, timeout=90, limits=pool
    ) as session:
        yield session


def conversations(owner: User, count: int) -> list[str]:
    """Where the questions of each are sent."""
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        held = Conversation.objects.bulk_create(
            Conversation(owner=owner, chatbot=chatbot, user=owner) for _ in range(count)
        )
    return [f"/conversations/{each.pk}/messages/" for each in held]


def ask_all(client: httpx.Client, paths: list[str], *, stream: bool) -> list[httpx.Response]:
    gate = threading.Barrier(len(paths))

    def ask(path: str) -> httpx.Response:
        gate.wait()
        return client.post(path, json={"content": "Blue?", "stream": stream})

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(ask, paths))


def test_two_hundred_chats_on_ten_credits_are_ten_answers(client, owner):
    with system():
        adjusting.set_balance(owner, 10, reason="test")
    told = ask_all(client, conversations(owner, 200), stream=False)
    assert Counter(each.status_code for each in told) == {201: 10, 402: 190}
    refused = next(each.json() for each in told if each.status_code == 402)
    assert (refused["code"], refused["limit"]) == ("quota_exceeded", "credits")
    assert {each.json()["status"] for each in told if each.status_code == 201} == {"complete"}
    with scope(owner):
        held = CreditBalance.objects.get()
        assert (held.balance, held.used, held.running, held.tokens_held) == (0, 10, 0, 0)
        assert Message.objects.count() == 20  # what was refused left no question behind
        assert Reservation.objects.count() == 10


def test_64_streams_of_one_person_count_exactly(client, owner):
    paths = conversations(owner, 64)
    told = ask_all(client, paths, stream=True)
    assert {each.text.count("event: message.completed") for each in told} == {1}
    with scope(owner):
        answers = Message.objects.filter(role="assistant", status="complete")
        assert answers.count() == 64
        tokens = answers.aggregate(total=Sum(F("tokens_input") + F("tokens_output")))["total"]
        assert DailyUsage.objects.get().tokens_used == tokens
        assert User.objects.get(pk=owner.pk).total_tokens_used == tokens
        assert UsageRecord.objects.aggregate(total=Sum("credits_used"))["total"] == 64
        held = CreditBalance.objects.get()
        assert (held.balance, held.used) == (10_000 - 64, 64)
        assert (held.running, held.tokens_held) == (0, 0)
        ledger = CreditChange.objects.aggregate(total=Sum("amount"))["total"]
        assert ledger == held.balance
