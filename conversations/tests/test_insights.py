"""A chatbot's insights: what is counted, what is not, and who sees it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations import insights
from conversations.models import Conversation, Feedback, Message

pytestmark = pytest.mark.django_db(transaction=True)


def talk(chatbot, *answers, days=0, channel="web", user=None) -> list[Message]:
    """A conversation of so many questions, each answered with these fields."""
    common = {"owner_id": chatbot.owner_id}
    conversation = Conversation.objects.create(
        **common, chatbot=chatbot, user=user or chatbot.owner, channel=channel
    )
    made = []
    for number, fields in enumerate(answers):
        asked = fields.pop("asked", f"Question {number}?")
        question = Message.objects.create(
            **common, conversation=conversation, role="user", content=asked,
            message_index=2 * number,
        )  # fmt: skip
        made.append(
            Message.objects.create(
                **common,
                conversation=conversation,
                role="assistant",
                parent=question,
                message_index=2 * number + 1,
                **fields,
            )
        )
    at = timezone.now() - timedelta(days=days)
    conversation.messages.update(created_at=at)
    return made


def cited(document, **fields) -> dict:
    """An answer that cites the document, twice."""
    citation = {"document_id": str(document.pk), "document_name": document.name, "number": 1}
    return {"citations": [citation, {**citation, "number": 2}], "first_token_ms": 100, **fields}


def test_what_is_counted(owner, chatbot, make_document):
    document = make_document(owner, "Roses are red.", "roses.txt")
    with scope(owner):
        other = Chatbot.objects.create(owner=owner, name="Other")
        talk(
            chatbot,
            cited(document, tokens_input=90, tokens_output=10),
            cited(document, first_token_ms=300),
            {"asked": "Who pays?", "first_token_ms": 200},
            {"asked": "who  PAYS?"},
            {"asked": "Cut?", "status": "error"},
            {"asked": "Cut?", "status": "incomplete"},
            {"asked": "Enough?", "status": "stopped"},
        )
        talk(chatbot, {"asked": "Tried?"}, channel="preview")
        talk(chatbot, {"asked": "Long ago?"}, days=10)
        talk(chatbot, {"asked": "Given?", "metadata": {"given": True}})
        talk(other, {"asked": "Elsewhere?"})
        start = insights.since(7)
        assert insights.figures_of(chatbot, start) == {
            "conversations": 2,
            "questions": 8,
            "answers": 7,
            "answered": 2,
            "unsourced": 2,
            "stopped": 1,
            "failed": 2,
            "first_token_ms": 200.0,
            "tokens": 100,
        }
        [question] = insights.unanswered(chatbot, start)
        assert (question.text.casefold(), question.times) in {("who pays?", 2), ("who  pays?", 2)}
        [top] = insights.top_cited(chatbot, start)
        assert (top.name, top.answers) == ("roses.txt", 2)
        assert insights.figures_of(chatbot, insights.since(30))["answers"] == 8


def test_files_that_people_drop_into_their_chats_are_not_named(
    owner, outsider, chatbot, make_document
):
    private = make_document(outsider, "Mine.", "private.txt")
    with scope(owner):
        talk(chatbot, cited(private), user=outsider)
        assert insights.top_cited(chatbot, insights.since(7)) == []


def test_opinions_with_their_reasons(owner, outsider, chatbot):
    with scope(owner):
        first, second = talk(chatbot, {}, {})
        common = {"conversation": first.conversation, "owner": owner}
        Feedback.objects.create(**common, message=first, user=owner, rating="up")
        for user in (owner, outsider):
            Feedback.objects.create(
                **common, message=second, user=user, rating="down", reason="incomplete"
            )
        opinions = insights.opinions_of(chatbot, insights.since(7))
    assert (opinions.up, opinions.down) == (1, 2)
    assert opinions.reasons == [("Something is missing", 2)]


def test_the_page_names_nobody_and_costs_the_same_whatever_was_asked(
    owner, make_user, chatbot, make_document, client
):
    asker = make_user("asker", full_name="Ada Asker")
    document = make_document(owner, "Roses are red.", "roses.txt")
    client.force_login(owner)
    url = reverse("chatbot:insights", args=[chatbot.slug])
    assert "Nothing was asked in 30 days" in client.get(url).content.decode()
    counts = []
    for number in range(3):
        with scope(owner):
            talk(chatbot, cited(document), {"asked": f"Who, {number}?"}, user=asker)
        with CaptureQueriesContext(connection) as queries:
            html = client.get(url, {"days": "7"}).content.decode()
        counts.append(len(queries))
    assert "Who, 2?" in html
    assert "roses.txt" in html
    assert "Ada" not in html
    assert len(set(counts)) == 1
