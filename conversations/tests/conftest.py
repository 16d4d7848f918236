"""Requests through ASGI, so that the answers they start run in a loop as they do live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from accounts.models import User
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations import producers
from conversations.models import Conversation, Message

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def chatbot(owner: User, make_document: Callable) -> Chatbot:
    make_document(owner, "The sky is blue. Grass is green.")
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours")


@pytest.fixture
def conversation(owner: User, chatbot: Chatbot) -> Conversation:
    with scope(owner):
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


@pytest.fixture
def posted() -> Callable[..., Any]:
    """Post as a person and let the answer that this starts come to its end."""

    def post(user: User, url: str, fields: dict | None = None, **headers: str) -> Any:
        async def exchange() -> Any:
            client = AsyncClient()
            await client.aforce_login(user)
            response = await client.post(url, fields or {}, headers=headers)
            await asyncio.gather(*[running.task for running in producers.RUNNING.values()])
            return response

        return async_to_sync(exchange)()

    return post


@pytest.fixture
def newest(owner: User) -> Callable[[], Message]:
    def get() -> Message:
        with scope(owner):
            return Message.objects.select_related("conversation", "parent").order_by(
                "-message_index"
            )[0]

    return get
