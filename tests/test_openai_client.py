"""The official `openai` package, unmodified, against a real server of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from asgiref.sync import async_to_sync

from accounts import keys
from accounts.models import User
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Message
from providers import registry
from tests.openai_server import slow_model
from tests.web import Web
from tests.workers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT_ONCE = 20
WORDS = 40
ASKED: list[Any] = [{"role": "user", "content": "What colour is the sky?"}]
SAID = " ".join(f"word{number}" for number in range(WORDS)) + " [1]. "


@pytest.fixture(scope="module")
def web(services: None) -> Iterator[Web]:
    with slow_model() as (url, model):
        model.seconds_per_word = 0.01
        server = Web(
            {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "test", "KYRO_CHAT_MODEL": "openai/slow"}
        )
        server.start()
        yield server
        server.stop()


@pytest.fixture
def chatbot(owner: User, make_document: Callable[..., Any]) -> Chatbot:
    make_document(owner)
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours", slug="colours")


@pytest.fixture
def access(owner: User, web: Web, chatbot: Chatbot) -> dict[str, str]:
    with scope(owner):
        return {
            "base_url": f"{web.url}/api/openai/v1",
            "api_key": keys.issue(owner, "test")[1],
        }


@pytest.fixture
def client(access: dict[str, str]) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(**access) as session:
        yield session


def test_models_are_listed_and_looked_up(client):
    assert [model.id for model in client.models.list()] == ["colours"]
    assert client.models.retrieve("colours").owned_by == "kyrochat"


def test_a_whole_answer(client):
    told = client.chat.completions.create(model="colours", messages=ASKED)
    [choice] = told.choices
    assert (choice.message.content, choice.finish_reason) == (SAID, "stop")
    assert told.usage.total_tokens == told.usage.prompt_tokens + told.usage.completion_tokens > 0
    assert [citation["quote"] for citation in told.citations] == ["The sky is blue."]
    assert choice.message.citations == told.citations


def test_a_stream_read_chunk_by_chunk(client):
    chunks = list(
        client.chat.completions.create(
            model="colours", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    said = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(said) == SAID
    assert len([part for part in said if part]) > 3  # it came in parts
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert [citation["number"] for citation in chunks[-2].citations] == [1]


def test_the_clients_own_reading_of_a_stream(client):
    with client.chat.completions.stream(model="colours", messages=ASKED) as stream:
        for _event in stream:
            pass
        [choice] = stream.get_final_completion().choices
    assert (choice.message.content, choice.finish_reason) == (SAID, "stop")
    assert [citation["quote"] for citation in choice.message.citations] == ["The sky is blue."]


def test_a_conversation_that_goes_on(client, owner):
    first = client.chat.completions.create(model="colours", messages=ASKED)
    said = first.choices[0].message.to_dict()
    more = [*ASKED, said, {"role": "user", "content": "And at night?"}]
    second = client.chat.completions.create(model="colours", messages=more)
    assert second.conversation_id == first.conversation_id
    with scope(owner):
        assert Message.objects.count() == 4


def test_vectors_come_packed_and_are_the_embedders(client):
    told = client.embeddings.create(model="fake", input=["The sky", "Grass"])
    expected = registry.embedder().embed_passages(["The sky", "Grass"])
    assert [row.embedding for row in told.data] == expected.tolist()
    assert told.usage.prompt_tokens > 0


def test_errors_are_raised_as_the_clients_own(client, access, owner):
    ask = client.chat.completions.create
    with pytest.raises(openai.NotFoundError) as unknown:
        ask(model="gpt-4o", messages=ASKED)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError) as wrong:
        ask(model="colours", messages=ASKED, n=2)
    assert wrong.value.param == "n"
    with pytest.raises(openai.AuthenticationError) as nobody:
        openai.OpenAI(base_url=access["base_url"], api_key="sk-other").models.list()
    assert nobody.value.code == "invalid_api_key"
    with scope(owner):
        narrow = keys.issue(owner, "narrow", scopes=["chatbots:read"])[1]
    with pytest.raises(openai.PermissionDeniedError) as narrowed:
        client.with_options(api_key=narrow).chat.completions.create(model="colours", messages=ASKED)
    assert narrowed.value.code == "scope_missing"


def test_twenty_streams_at_once_are_all_complete(access, owner):
    async def one(client: openai.AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(model="colours", messages=ASKED, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def all_of_them() -> list[str]:
        async with openai.AsyncOpenAI(**access) as client:
            return await asyncio.gather(*[one(client) for _number in range(AT_ONCE)])

    assert async_to_sync(all_of_them)() == [SAID] * AT_ONCE
    with scope(owner):
        answers = Message.objects.filter(role="assistant").values_list("content", "status")
        assert list(answers) == [(SAID, "complete")] * AT_ONCE


def test_the_answer_of_a_client_that_goes_away_is_stored(client, owner):
    with client.chat.completions.create(model="colours", messages=ASKED, stream=True) as stream:
        next(chunk for chunk in stream if chunk.choices[0].delta.content)

    def answer() -> Message:
        with scope(owner):
            return Message.objects.get(role="assistant")

    assert wait_until(lambda: not answer().is_running, 10)
    assert (answer().status, answer().content) == ("complete", SAID)
