"""Counters kept by triggers: exact under 64 writers at once, and no deadlock among them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from accounts.tenancy import scope
from billing.models import DailyUsage
from chatbots.models import Chatbot
from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 64


def message(conversation: Conversation, index: int, role: str) -> Message:
    return Message.objects.create(
        owner_id=conversation.owner_id,
        conversation=conversation,
        role=role,
        content="text",
        message_index=index,
    )


@pytest.fixture
def conversations(owner) -> list[Conversation]:
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Counted")
        return [
            Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner) for _ in range(4)
        ]


def test_64_streams_of_one_person_add_up(owner, conversations):
    begin = Barrier(WRITERS)

    def stream(number: int) -> None:
        conversation = conversations[number % 4]
        begin.wait(60)
        try:
            with scope(owner):
                message(conversation, 2 * number, "user")
                answer = message(conversation, 2 * number + 1, "assistant")
            with scope(owner):
                answer.tokens_input, answer.tokens_output = 10, number
                answer.save()
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(stream, range(WRITERS)))
    tokens = WRITERS * 10 + sum(range(WRITERS))
    with scope(owner):
        held = Conversation.objects.values_list("total_messages", "total_tokens")
        assert [sum(column) for column in zip(*held, strict=True)] == [2 * WRITERS, tokens]
        today = DailyUsage.objects.get()
    assert (today.messages_sent, today.tokens_used) == (WRITERS, tokens)
    assert today.conversations_created == 4
    assert User.objects.get(pk=owner.pk).total_tokens_used == tokens


def test_deleting_lowers_the_conversation_but_not_the_day(owner, conversations):
    with scope(owner):
        kept = message(conversations[0], 0, "user")
        gone = message(conversations[0], 1, "assistant")
        gone.tokens_output = 5
        gone.save()
        gone.delete()
        conversation = Conversation.objects.get(pk=kept.conversation_id)
        assert (conversation.total_messages, conversation.total_tokens) == (1, 0)
        conversation.delete()
        today = DailyUsage.objects.get()
        assert (today.messages_sent, today.tokens_used) == (1, 5)
    assert User.objects.get(pk=owner.pk).total_tokens_used == 5
