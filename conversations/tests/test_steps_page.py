"""Steps and summaries as the page, the stream and a stopped answer show them."""

from __future__ import annotations

import asyncio
import json

import pytest
from asgiref.sync import async_to_sync

from accounts.tenancy import scope
from billing.models import UsageRecord
from chatbots.models import Chatbot
from conversations import asking, producers
from conversations.models import Conversation, Message
from providers.base import ToolCalled

pytestmark = pytest.mark.django_db(transaction=True)
EVIL = "<script>alert(1)</script>"
SUM = ToolCalled("c1", "calculator", {"expression": "6*7"})


@pytest.fixture
def conversation(owner, make_document) -> Conversation:
    make_document(owner, "The sky is blue.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours", tools=["calculator"])
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


def shown(client, owner, conversation, **fields) -> str:
    with scope(owner):
        question, answer = (
            Message.objects.create(
                owner=owner, conversation=conversation, role=role, content="Blue.", message_index=n
            )
            for n, role in enumerate(["user", "assistant"])
        )
        Message.objects.filter(pk=answer.pk).update(parent=question, **fields)
    client.force_login(owner)
    return client.get(conversation.get_absolute_url()).content.decode()


def step(**fields) -> dict:
    known = {"id": "1", "name": "calculator", "label": "Calculator", "status": "done",
             "arguments": {"expression": EVIL}, "summary": "6*7 = 42", "ms": 3}  # fmt: skip
    return known | fields


def test_steps_stand_above_the_answer_and_open_to_what_was_asked(client, owner, conversation):
    page = shown(client, owner, conversation, tool_calls=[step()])
    row = page[page.index('class="tool-step"') : page.index("data-prose")]
    assert "<strong>Calculator</strong> 6*7 = 42" in row
    assert "<dt>expression</dt><dd>&lt;script&gt;alert(1)&lt;/script&gt;</dd>" in row
    assert EVIL not in page


def test_the_thread_tells_where_earlier_messages_were_summarised(client, owner, conversation):
    summary = {"text": f"Of the sky.\n{EVIL}", "until": str(conversation.pk), "turns": 6}
    page = shown(client, owner, conversation, metadata={"summary": summary})
    assert "Earlier messages were summarised" in page
    assert "Of the sky.<br>&lt;script&gt;" in page
    assert "6 messages no longer fitted" in page


def test_the_thread_tells_where_earlier_messages_were_left_out(client, owner, conversation):
    summary = {"text": "", "until": str(conversation.pk), "turns": 1}
    page = shown(client, owner, conversation, metadata={"summary": summary})
    assert "The oldest message was left out" in page


def test_a_stream_tells_each_step_as_it_begins_and_ends(owner, api, conversation, chat_model):
    chat_model.enqueue([SUM], ["done"], ["Blue [1]."])
    url = f"/api/v1/conversations/{conversation.pk}/messages/"
    with scope(owner):
        message = asking.ask(owner, conversation, "What is 6*7?")
    async_to_sync(producers.run)(message.pk, owner.pk)
    told = api.get(f"/api/v1/messages/{message.pk}/events/")

    async def whole() -> bytes:
        return b"".join([part async for part in told.streaming_content])

    blocks = async_to_sync(whole)().decode().strip().split("\n\n")
    events = [block.partition("event: ")[2].split("\ndata: ") for block in blocks]
    assert [name for name, _ in events][:5] == [
        "message.created", "retrieval", "tool", "tool", "delta"
    ]  # fmt: skip
    running, done = (json.loads(told) for name, told in events if name == "tool")
    assert (running["status"], running["summary"], running["ms"]) == ("running", "", None)
    assert (done["status"], done["summary"]) == ("done", "6*7 = 42")
    assert api.get(url).json()["results"][-1]["tool_calls"] == [done]


def test_an_answer_stopped_while_tools_are_chosen_is_counted_for_what_it_took(
    owner, conversation, chat_model
):
    chat_model.enqueue(["Let me", 30.0])
    with scope(owner):
        message = asking.ask(owner, conversation, "What is 6*7?")

    async def stopped() -> None:
        task = await producers.start(message.pk, owner.pk)
        while not chat_model.requests:
            await asyncio.sleep(0.01)
        producers.stop(message.pk)
        await task

    async_to_sync(stopped)()
    with scope(owner):
        message.refresh_from_db()
        record = UsageRecord.objects.get(request_type="tool")
    assert (message.status, message.content, message.tool_calls) == ("stopped", "", [])
    assert (record.exact, record.tokens_input > 20) == (False, True)
