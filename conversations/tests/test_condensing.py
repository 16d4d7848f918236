"""Long histories: what fits is told as it was said, older turns as a summary that is used again."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync

from accounts.tenancy import scope
from billing.models import UsageRecord
from chatbots.models import Chatbot
from conversations import asking, condensing, producers
from conversations.models import Conversation, Message
from providers.base import ChatMessage, Finished, Usage
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Blue is the colour of the sky on a clear day, they say. " * 20  # 317 tokens
SUMMARY = "They spoke of the sky."
USAGE = Usage(300, 20, exact=True)
QUESTIONS = [f"What is the {n}. thing to know about the colour of the sky?" for n in range(9)]


@pytest.fixture
def conversation(owner, make_document, chat_model) -> Conversation:
    chat_model.context_window = 2_200
    make_document(owner, "The sky is blue.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours", max_tokens=200)
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


def answered(owner, conversation, question: str, parent: UUID | None = None) -> Message:
    with scope(owner):
        message = asking.ask(owner, conversation, question, parent=parent)
    async_to_sync(producers.run)(message.pk, owner.pk)
    with scope(owner):
        message.refresh_from_db()
    return message


def condensing_calls(chat_model) -> list[dict]:
    told = [request.messages for request in chat_model.requests]
    return [json.loads(user.content) for system, user, *_ in told
            if system.content == condensing.INSTRUCTIONS]  # fmt: skip


@pytest.fixture
def filled(owner, conversation, chat_model) -> list[Message]:
    """Answers until just before the window is full."""

    def reply(request):
        if request.messages[0].content == condensing.INSTRUCTIONS:
            return [SUMMARY, Finished("stop", USAGE)]
        return [LONG]

    chat_model.reply_to = reply
    return [answered(owner, conversation, QUESTIONS[n]) for n in range(5)]


def test_what_fits_is_told_word_for_word_and_the_rest_as_a_summary_kept_with_the_answer(
    owner, conversation, chat_model, filled
):
    spoken = chat_model.requests[4].messages
    assert [message.role for message in spoken] == ["system", *["user", "assistant"] * 4, "user"]
    assert {message.content for message in spoken if message.role == "assistant"} == {LONG}
    assert ([answer.summary for answer in filled], condensing_calls(chat_model)) == ([None] * 5, [])
    sixth = answered(owner, conversation, QUESTIONS[5])
    [told] = condensing_calls(chat_model)
    assert told["summary so far"] == ""
    assert told["conversation"][:2] == [{"user": QUESTIONS[0]}, {"assistant": LONG}]
    spoken = chat_model.requests[-1].messages
    assert f"<summary>\n{SUMMARY}\n</summary>" in spoken[0].content
    kept = [message.content for message in spoken[1:] if message.role == "user"]
    assert kept == [*QUESTIONS[5 - (len(kept) - 1) : 5], QUESTIONS[5]]
    covered = 5 - (len(kept) - 1)
    assert sixth.summary == {
        "text": SUMMARY, "until": str(filled[covered - 1].pk), "turns": 2 * covered
    }  # fmt: skip
    assert sixth.as_event()["summary"] == sixth.summary
    with scope(owner):
        record = UsageRecord.objects.get(request_type="tool")
    assert (record.tokens_input, record.tokens_output) == (300, 20)


def test_the_summary_is_used_again_and_only_what_came_since_is_summarised(
    owner, conversation, chat_model, filled
):
    answers = [answered(owner, conversation, QUESTIONS[n]) for n in range(5, 9)]
    made = [answer.summary for answer in answers]
    assert made[0]
    assert made[1] is None  # the first one was enough
    first, second, *_ = condensing_calls(chat_model)
    assert second["summary so far"] == SUMMARY
    begins = second["conversation"][0]["user"]
    assert begins == QUESTIONS[len(first["conversation"]) // 2]
    later = next(one for one in made[1:] if one)
    assert later["turns"] == len(first["conversation"]) + len(second["conversation"])


def test_another_branch_uses_only_the_summary_of_its_ancestors(
    owner, conversation, chat_model, filled
):
    answered(owner, conversation, QUESTIONS[5])
    before = len(condensing_calls(chat_model))
    branch = answered(owner, conversation, "Another branch?", parent=filled[0].pk)
    assert branch.summary is None
    assert len(condensing_calls(chat_model)) == before
    spoken = chat_model.requests[-1].messages
    assert SUMMARY not in spoken[0].content
    assert [message.content for message in spoken[1:]] == [QUESTIONS[0], LONG, "Another branch?"]


def test_where_summarising_fails_the_oldest_turns_are_left_out_and_it_is_said(
    owner, conversation, chat_model, filled
):
    def fail(request):
        if request.messages[0].content == condensing.INSTRUCTIONS:
            return [ProviderError("Down.", code="down", permanent=True)]
        return [LONG]

    chat_model.reply_to = fail
    sixth = answered(owner, conversation, QUESTIONS[5])
    assert (sixth.status, sixth.summary["text"]) == ("complete", "")
    assert sixth.summary["turns"] > 0
    assert "<summary>" not in chat_model.requests[-1].messages[0].content
    assert ChatMessage("user", QUESTIONS[0]) not in chat_model.requests[-1].messages


def test_a_single_turn_longer_than_the_window_is_shortened_too(owner, conversation, chat_model):
    def reply(request):
        is_ours = request.messages[0].content == condensing.INSTRUCTIONS
        return [SUMMARY] if is_ours else [LONG * 12]

    chat_model.reply_to = reply
    first = answered(owner, conversation, QUESTIONS[0])
    second = answered(owner, conversation, QUESTIONS[1])
    assert second.summary == {"text": SUMMARY, "until": str(first.pk), "turns": 2}
    [told] = condensing_calls(chat_model)
    assert 50 < len(told["conversation"][1]["assistant"]) < len(LONG) * 4
    assert [message.role for message in chat_model.requests[-1].messages] == ["system", "user"]


def test_the_offline_model_is_asked_for_no_summary(owner, conversation, filled, chat_model):
    with scope(owner):
        Chatbot.objects.update(model="extractive")
    asked = len(chat_model.requests)
    message = answered(owner, conversation, QUESTIONS[5])
    assert (message.status, message.summary, len(chat_model.requests)) == ("complete", None, asked)


def test_passages_that_do_not_fit_the_window_are_left_out(owner, conversation, make_document,
                                                          chat_model):  # fmt: skip
    for number in range(8):
        make_document(owner, f"Sky number {number}. " + LONG, f"{number}.txt")
    message = answered(owner, conversation, "What colour is the sky?")
    assert 0 < len(message.context) < 8
    assert len(chat_model.requests[0].passages) == len(message.context)
