"""Asking through the API: whole answers, streamed ones, stopping, asking again."""

import asyncio
import json
import threading
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from accounts import keys
from accounts.tenancy import scope
from billing.models import DailyUsage
from chatbots.models import Chatbot
from conversations import producers
from conversations.models import Conversation, Message
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db(transaction=True)
BLUE = "What colour is the sky?"


@pytest.fixture
def messages(owner, make_document) -> str:
    make_document(owner, "The sky is blue. Grass is green.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        talk = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
    return f"/api/v1/conversations/{talk.pk}/messages/"


def message_url(pk: str, rest: str = "") -> str:
    return f"/api/v1/messages/{pk}/{rest}"


def test_a_whole_answer_is_201_with_citations_and_figures(api, messages, chat_model):
    chat_model.enqueue(["The sky is blue [1]."])
    response = api.post(messages, {"content": BLUE})
    answer = response.json()
    assert (response.status_code, answer["role"], answer["status"]) == (
        201,
        "assistant",
        "complete",
    )
    assert (answer["content"], answer["model_used"]) == ("The sky is blue [1].", "fake")
    [citation] = answer["citations"]
    assert (citation["number"], citation["quote"]) == (1, "The sky is blue.")
    assert answer["tokens_input"] > 0
    assert answer["processing_time_ms"] >= answer["first_token_ms"] >= 0
    assert api.get(message_url(answer["id"])).json() == answer


def test_the_list_is_the_conversation_in_order(api, messages):
    first = api.post(messages, {"content": BLUE}).json()
    second = api.post(messages, {"content": "And grass?"}).json()
    rows = api.get(messages).json()["results"]
    assert [row["content"] for row in rows][::2] == [BLUE, "And grass?"]
    assert [row["id"] for row in rows][1::2] == [first["id"], second["id"]]
    assert [row["parent"] for row in rows] == [None, *(row["id"] for row in rows[:3])]


def test_a_parent_begins_another_branch(api, messages):
    first = api.post(messages, {"content": BLUE}).json()
    api.post(messages, {"content": "And grass?"})
    other = api.post(messages, {"content": "Why?", "parent": first["id"]}).json()
    assert api.get(message_url(other["parent"])).json()["parent"] == first["id"]
    for wrong in (str(uuid4()), other["parent"]):
        refused = api.post(messages, {"content": "Why?", "parent": wrong})
        assert refused.status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"content": " \n"}, {"content": "x" * 20_001}, {"content": "x", "stream": "maybe"},
     {"content": "x", "model": "y"}, {"content": ["x"]}, {"content": "\u0000"}],
)  # fmt: skip
def test_a_question_that_is_none_is_400_and_not_stored(api, messages, body):
    assert api.post(messages, body).status_code == 400
    assert api.get(messages).json()["results"] == []


def test_the_longest_question_is_answered(api, messages):
    assert api.post(messages, {"content": "x" * 20_000}).status_code == 201


def test_a_provider_that_fails_is_told_in_the_message(api, messages, chat_model):
    chat_model.enqueue(ProviderError("No model today.", code="down", permanent=True))
    response = api.post(messages, {"content": BLUE})
    told = response.json()
    assert (response.status_code, told["status"]) == (201, "error")
    assert (told["error_code"], told["error_message"]) == ("down", "No model today.")


def test_used_up_tokens_are_402_and_nothing_is_stored(api, owner, messages):
    api.post(messages, {"content": BLUE})
    with scope(owner):
        DailyUsage.objects.update(tokens_used=10_000_000)
    response = api.post(messages, {"content": BLUE})
    told = response.json()
    assert (response.status_code, told["code"]) == (402, "quota_exceeded")
    assert (told["limit"], told["value"]) == ("token_limit_daily", 10_000_000)
    assert told["resets_at"].endswith("T00:00:00Z")
    assert len(api.get(messages).json()["results"]) == 2


def test_a_chatbot_that_is_off_answers_nobody(api, owner, messages):
    with scope(owner):
        Chatbot.objects.update(is_active=False)
    response = api.post(messages, {"content": BLUE})
    assert (response.status_code, response.json()["code"]) == (409, "chatbot_inactive")


def test_one_answer_at_a_time(api, owner, messages):
    answer = api.post(messages, {"content": BLUE}).json()
    with scope(owner):
        Message.objects.filter(pk=answer["id"]).update(status="streaming")
    for url in (messages, message_url(answer["id"], "regenerate/")):
        body = {"content": BLUE} if url == messages else {}
        refused = api.post(url, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "answer_running")


def test_another_answer_stands_beside_the_first(api, messages, chat_model):
    chat_model.enqueue(["Blue."], ["Azure."])
    first = api.post(messages, {"content": BLUE}).json()
    second = api.post(message_url(first["id"], "regenerate/"), {})
    assert (second.status_code, second.json()["content"]) == (201, "Azure.")
    assert second.json()["parent"] == first["parent"]
    refused = api.post(message_url(first["parent"], "regenerate/"), {})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_an_answer")


def test_stopping_a_finished_answer_is_200_and_changes_nothing(api, messages):
    answer = api.post(messages, {"content": BLUE}).json()
    response = api.post(message_url(answer["id"], "stop/"))
    assert (response.status_code, response.json()) == (200, answer)


# -- Streams, through ASGI, so that the answer lives in the loop that serves it ----------------


def events_in(raw: bytes) -> list[tuple[str, str, dict]]:
    blocks = [block for block in raw.decode().split("\n\n") if block.startswith("id: ")]
    parts = [[line.split(": ", 1)[1] for line in block.split("\n")] for block in blocks]
    return [(event_id, name, json.loads(data)) for event_id, name, data in parts]


def through_asgi(owner, exchange):
    """Run `exchange(client)` with a key of the owner's and let running answers end."""

    def header() -> str:
        with scope(owner):
            return f"Bearer {keys.issue(owner, 'stream')[1]}"

    async def whole():
        client = AsyncClient()
        client.defaults["Authorization"] = await sync_to_async(header)()
        result = await exchange(client)
        await asyncio.gather(*[running.task for running in producers.RUNNING.values()])
        return result

    return async_to_sync(whole)()


async def ask(client, url: str, **body):
    response = await client.post(url, {"stream": True, **body}, "application/json")
    assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
    return response


def test_events_come_in_the_order_of_the_contract(owner, messages, chat_model):
    chat_model.enqueue(["The sky is", " blue [1]."])

    async def exchange(client):
        response = await ask(client, messages, content=BLUE)
        return b"".join([part async for part in response.streaming_content])

    events = events_in(through_asgi(owner, exchange))
    names = list(dict.fromkeys(name for _id, name, _data in events))
    assert names == [
        "message.created", "retrieval", "delta", "citation", "usage", "message.completed",
    ]  # fmt: skip
    text = "".join(data["text"] for _id, name, data in events if name == "delta")
    assert text == events[-1][2]["message"]["content"] == "The sky is blue [1]."
    assert len({event_id for event_id, _name, _data in events}) == len(events)


def test_a_reader_that_left_comes_back_and_misses_nothing(owner, messages, chat_model):
    chat_model.enqueue(["One ", "two ", "three."])
    chat_model.pause = threading.Event()

    async def exchange(client):
        response = await ask(client, messages, content=BLUE)
        raw = b""
        async for part in response.streaming_content:
            raw += part
            if b"One" in raw:
                break
        seen = events_in(raw)
        chat_model.pause.set()
        url = message_url(seen[0][2]["message_id"], "events/")
        again = await client.get(url, headers={"Last-Event-ID": seen[-1][0]})
        rest = b"".join([part async for part in again.streaming_content])
        return seen, events_in(rest)

    seen, rest = through_asgi(owner, exchange)
    text = "".join(data["text"] for _id, name, data in [*seen, *rest] if name == "delta")
    assert text == rest[-1][2]["message"]["content"] == "One two three."
    assert "message.created" not in [name for _id, name, _data in rest]


def test_an_answer_nobody_reads_is_finished_and_stored(api, owner, messages, chat_model):
    chat_model.enqueue(["One ", "two."])
    through_asgi(owner, lambda client: ask(client, messages, content=BLUE))
    answer = api.get(messages).json()["results"][-1]
    assert (answer["status"], answer["content"]) == ("complete", "One two.")


def test_stop_ends_a_running_answer_with_its_text_so_far(api, owner, messages, chat_model):
    chat_model.enqueue(["One ", "two."])
    chat_model.pause = threading.Event()

    async def exchange(client):
        response = await ask(client, messages, content=BLUE)
        raw, stopped = b"", None
        async for part in response.streaming_content:
            raw += part
            if b"One" in raw and stopped is None:
                url = message_url(events_in(raw)[0][2]["message_id"], "stop/")
                stopped = await client.post(url)
        return stopped.status_code, events_in(raw)[-1]

    status, (_id, name, last) = through_asgi(owner, exchange)
    assert (status, name) == (202, "message.completed")
    assert (last["message"]["status"], last["message"]["content"].strip()) == ("stopped", "One")
    assert chat_model.closed == 1


def test_a_finished_answer_can_be_read_as_events(api, owner, messages):
    answer = api.post(messages, {"content": BLUE}).json()

    async def exchange(client):
        response = await client.get(message_url(answer["id"], "events/"))
        return b"".join([part async for part in response.streaming_content])

    assert events_in(through_asgi(owner, exchange))[-1][2]["message"] == answer


def test_an_answer_followed_once_more_tells_no_passage_of_a_deleted_document(api, owner, messages):
    answer = api.post(messages, {"content": BLUE}).json()

    async def follow(client):
        response = await client.get(message_url(answer["id"], "events/"))
        return b"".join([part async for part in response.streaming_content])

    def told():
        return {name: data for _id, name, data in events_in(through_asgi(owner, follow))}

    [passage] = told()["retrieval"]["results"]
    assert passage["content"] == "The sky is blue. Grass is green."
    url = f"/api/v1/documents/{passage['document_id']}/"
    assert api.delete(url).status_code == 204
    assert told()["retrieval"] == {"results": []}
    assert "gone" not in told()["message.completed"]["message"]
