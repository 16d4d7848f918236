"""Asking by OpenAI's protocol: the objects told, the rows kept, the history that goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from rest_framework.test import APIClient

from accounts import keys
from accounts.models import Project, User
from accounts.tenancy import scope
from billing.models import DailyUsage, UsageRecord
from chatbots.models import Chatbot
from conversations import producers
from conversations.history import Wanted, history_page
from conversations.models import Conversation, Message
from providers.base import Finished, Usage
from providers.errors import ProviderError
from providers.fake import FakeChatModel

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/openai/v1/chat/completions"
BLUE = "What colour is the sky?"
SAID = "The sky is blue [1]."
DOWN = ProviderError("It is down. Try again later.", code="provider_down", permanent=False)


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


@pytest.fixture
def ask(api: APIClient, chatbot: Chatbot) -> Callable[..., Any]:
    def send(*messages: dict[str, Any], **fields: Any) -> Any:
        messages = messages or (user(BLUE),)
        return api.post(URL, {"model": chatbot.slug, "messages": messages, **fields})

    return send


@pytest.fixture
def stream(owner: User, chatbot: Chatbot) -> Callable[..., list[Any]]:
    """Asks through ASGI, so that the answer lives in the loop that serves it; tells the data of
    each event, of the mark at the end its word."""
    with scope(owner):
        header = f"Bearer {keys.issue(owner, 'stream')[1]}"

    async def exchange(body: dict[str, Any]) -> list[str]:
        client = AsyncClient()
        client.defaults["Authorization"] = header
        response = await client.post(URL, body, "application/json")
        assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
        told = b"".join([part async for part in response.streaming_content]).decode()
        await asyncio.gather(*[running.task for running in producers.RUNNING.values()])
        return told.removesuffix("\n\n").split("\n\n")

    def send(*messages: dict[str, Any], **fields: Any) -> list[Any]:
        body = {"model": chatbot.slug, "messages": messages or (user(BLUE),), "stream": True}
        events = async_to_sync(exchange)({**body, **fields})
        told = [event.removeprefix("data: ") for event in events]
        return [one if one == "[DONE]" else json.loads(one) for one in told]

    return send


def stored(owner: User, told: dict[str, Any]) -> Message:
    with scope(owner):
        pk = UUID(told["id"].removeprefix("chatcmpl-"))
        return Message.objects.select_related("conversation", "parent").get(pk=pk)


def test_a_whole_answer_is_a_chat_completion_with_its_citations(ask, owner, chatbot, chat_model):
    chat_model.enqueue([SAID])
    response = ask()
    told = response.json()
    message = stored(owner, told)
    [choice] = told["choices"]
    [citation] = choice["message"]["citations"]
    assert (response.status_code, told["object"], told["model"]) == (
        200,
        "chat.completion",
        chatbot.slug,
    )
    assert (choice["message"]["role"], choice["message"]["content"]) == ("assistant", SAID)
    assert (choice["index"], choice["finish_reason"]) == (0, "stop")
    assert (citation["number"], citation["quote"]) == (1, "The sky is blue.")
    assert told["citations"] == [citation] == message.citations
    assert told["usage"] == {
        "prompt_tokens": message.tokens_input,
        "completion_tokens": message.tokens_output,
        "total_tokens": message.tokens_input + message.tokens_output,
    }
    assert told["created"] == int(message.created_at.timestamp())
    assert message.parent.content == BLUE
    with scope(owner):
        [record] = UsageRecord.objects.filter(request_type="rag")
    assert (record.chatbot_id, record.tokens_output) == (chatbot.pk, message.tokens_output)


def test_its_conversation_is_listed_for_programs_and_not_on_pages(ask, api, owner):
    told = ask().json()
    listed = api.get("/api/v1/conversations/", {"channel": "openai"}).json()["results"]
    others = api.get("/api/v1/conversations/", {"channel": "web"}).json()["results"]
    assert [row["id"] for row in listed] == [told["conversation_id"]]
    assert (listed[0]["title"], others) == (BLUE, [])
    with scope(owner):
        assert history_page(owner, Wanted()).lines == []


def test_a_stream_is_chunks_that_end_with_the_usage_and_the_mark(stream, owner, chat_model):
    chat_model.enqueue(["The sky ", "is blue [1]."])
    *told, done = stream(stream_options={"include_usage": True})
    message = stored(owner, told[0])
    assert done == "[DONE]"
    assert {(one["object"], one["id"]) for one in told} == {
        ("chat.completion.chunk", f"chatcmpl-{message.pk}")
    }
    *said, last, usage = told
    assert said[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in said) == SAID
    assert {one["choices"][0]["finish_reason"] for one in said} == {None}
    assert [one["citations"] for one in said if "citations" in one] == [message.citations]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["choices"][0]["delta"]["citations"] == last["citations"] == message.citations
    assert [one["usage"] for one in told[:-1]] == [None] * len(told[:-1])
    assert (usage["choices"], usage["usage"]["prompt_tokens"]) == ([], message.tokens_input)


def test_without_being_asked_for_the_usage_is_not_streamed(stream):
    told = stream()
    assert told[-1] == "[DONE]"
    assert [one for one in told[:-1] if "usage" in one or not one["choices"]] == []


def test_prompt_history_and_settings_reach_the_model(ask, chatbot, owner, chat_model):
    with scope(owner):
        Chatbot.objects.filter(pk=chatbot.pk).update(system_prompt="You are a painter.")
    ask(
        {"role": "system", "content": "Speak like a pirate."},
        user("Hello"),
        assistant("Hi!"),
        {"role": "developer", "content": [text("Be brief.")]},
        {"role": "user", "content": [text("What colour "), text("is it?")]},
        temperature=0,
        max_tokens=7,
        max_completion_tokens=5,
    )  # fmt: skip
    request = chat_model.requests[-1]
    system, *turns = request.messages
    assert system.content.startswith(
        "You are a painter.\n\nSpeak like a pirate.\n\nBe brief.\n\nYou answer"
    )
    assert [(turn.role, turn.content) for turn in turns] == [
        ("user", "Hello"),
        ("assistant", "Hi!"),
        ("user", "What colour is it?"),
    ]
    assert (request.temperature, request.max_tokens) == (0, 5)


def test_the_longest_answer_stays_the_chatbots(ask, chatbot, chat_model):
    ask(max_tokens=10**40)
    assert chat_model.requests[-1].max_tokens == chatbot.max_tokens


def test_a_history_that_was_answered_here_goes_on_in_its_conversation(ask, owner, chat_model):
    chat_model.enqueue([SAID], ["Green [1]."], ["Still green [1]."])
    first = ask().json()
    second = ask(user(BLUE), assistant(SAID), user("And grass?")).json()
    again = ask(user(BLUE), assistant(SAID), user("And moss?")).json()
    assert {first["conversation_id"], second["conversation_id"]} == {again["conversation_id"]}
    assert [stored(owner, told).parent.parent_id for told in (second, again)] == [
        stored(owner, first).pk
    ] * 2
    with scope(owner):
        assert Message.objects.count() == 6


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": [user(BLUE), assistant("It is green."), user("And grass?")]},
        {"messages": [user("What?"), assistant(SAID), user("And grass?")]},
        {"temperature": 1},
        {"key": True},
    ],
    ids=["answer", "question", "settings", "key"],
)
def test_any_other_history_becomes_messages_of_a_new_one(ask, api, owner, chat_model, changed):
    chat_model.enqueue([SAID])
    first = ask().json()
    if changed.pop("key", False):
        with scope(owner):
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.issue(owner, 'other')[1]}")
    messages = changed.pop("messages", [user(BLUE), assistant(SAID), user("And grass?")])
    second = ask(*messages, **changed).json()
    assert first["conversation_id"] != second["conversation_id"]
    answer = stored(owner, second)
    with scope(owner):
        rows = list(answer.conversation.messages.in_order())
    assert [(row.role, row.content) for row in rows[:3]] == [
        (turn["role"], turn["content"]) for turn in messages
    ]
    assert [row.parent_id for row in rows] == [None, *(row.pk for row in rows[:-1])]
    assert [row.metadata.get("given", False) for row in rows] == [True, True, False, False]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_says_why(ask, stream, chat_model, reason):
    reply = ["The sky is", Finished(reason, Usage(3, 2, exact=True))]
    chat_model.enqueue(reply, reply)
    whole = ask().json()["choices"][0]
    assert (whole["message"]["content"], whole["finish_reason"]) == ("The sky is", reason)
    *_said, last, done = stream(user("Again?"))
    assert (last["choices"][0]["finish_reason"], done) == (reason, "[DONE]")


def test_an_answer_that_failed_is_an_error_and_never_looks_whole(ask, stream, owner, chat_model):
    chat_model.enqueue(["The sky is", DOWN], ["The sky is", DOWN])
    whole = ask()
    error = {
        "message": "It is down. Try again later.",
        "type": "server_error",
        "param": None,
        "code": "provider_down",
    }
    assert (whole.status_code, whole.json()) == (503, {"error": error})
    assert "X-Should-Retry" not in whole
    told = stream(user("Again?"))
    assert told[-1] == {"error": error}
    assert told[-2]["choices"][0]["delta"] == {"content": "The sky is"}
    with scope(owner):
        ends = Message.objects.filter(role="assistant").values_list("content", "status")
        assert list(ends) == [("The sky is", "incomplete")] * 2


def test_what_only_a_person_can_mend_is_not_asked_again(ask, chat_model):
    chat_model.enqueue(ProviderError("Check your key.", code="key_refused", permanent=True))
    refused = ask()
    assert (refused.status_code, refused["X-Should-Retry"]) == (503, "false")
    assert refused.json()["error"]["message"] == "Check your key."


def test_a_repeated_request_with_its_key_is_told_the_first_answer(ask, api, owner, chatbot):
    headers = {"HTTP_IDEMPOTENCY_KEY": "once"}
    api.defaults |= headers
    first, again = ask(), ask()
    streamed = api.post(URL, {"model": chatbot.slug, "messages": [user(BLUE)], "stream": True})
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert (streamed.status_code, streamed.json()["error"]["code"]) == (422, "idempotency_mismatch")
    with scope(owner):
        assert Message.objects.count() == 2


def test_a_members_answer_is_stored_with_and_paid_by_the_owner(
    ask, owner, outsider, outsiders_api, chatbot
):
    body = {"model": chatbot.slug, "messages": [user(BLUE)]}
    unknown = outsiders_api.post(URL, {**body, "model": "nobody"})
    refused = outsiders_api.post(URL, body)
    assert (refused.status_code, refused.json()) == (404, unknown.json())
    with scope(owner):
        project = Project.objects.create(owner=owner, name="Shared")
        project.members.get_or_create(owner=owner, user=owner, role="owner")
        project.members.create(owner=owner, user=outsider, role="viewer")
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project)
    answered = outsiders_api.post(URL, body).json()
    held = stored(owner, answered).conversation
    assert (held.owner_id, held.user_id) == (owner.pk, outsider.pk)
    with scope(owner):
        assert UsageRecord.objects.filter(user_id=owner.pk, request_type="rag").count() == 1
        assert Conversation.objects.for_user(owner).count() == 0


def test_what_the_plan_does_not_allow_is_insufficient_quota(ask, owner):
    ask()
    with scope(owner):
        DailyUsage.objects.update(tokens_used=10_000_000)
    refused = ask()
    error = refused.json()["error"]
    assert (refused.status_code, error["type"], error["code"]) == (
        429,
        "insufficient_quota",
        "insufficient_quota",
    )
    assert refused["X-Should-Retry"] == "false"


def test_a_chatbot_that_is_switched_off_is_not_asked_again_and_again(ask, chatbot, owner):
    with scope(owner):
        Chatbot.objects.filter(pk=chatbot.pk).update(is_active=False)
    refused = ask()
    assert (refused.status_code, refused["X-Should-Retry"]) == (409, "false")
    assert refused.json()["error"]["code"] == "chatbot_inactive"


def test_fields_of_all_kinds_of_clients_are_taken(ask, chat_model: FakeChatModel):
    told = ask(
        **dict.fromkeys(("stream", "stop", "tools", "temperature", "max_tokens", "logprobs")),
        **{"n": 1, "tool_choice": "none", "functions": [], "response_format": {"type": "text"}},
        **{"user": "me", "seed": 3, "metadata": {"a": "b"}, "top_p": 0.5, "store": False},
        **{"presence_penalty": 0.1, "logit_bias": {}, "modalities": ["text"]},
        **{"parallel_tool_calls": True, "reasoning_effort": "low", "chat_id": "x", "options": {}},
    )  # fmt: skip
    assert told.status_code == 200
    assert told.json()["choices"][0]["message"]["content"] == f"You asked: {BLUE} [1]"
