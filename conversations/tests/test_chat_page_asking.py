"""Asking on the chat page, with a script and without one."""

import pytest
from django.urls import reverse

from accounts.tenancy import scope, system
from billing.models import Plan, Subscription
from conversations.models import Conversation, Message
from conversations.tests.conftest import FRAGMENT
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db(transaction=True)


def send_url(conversation) -> str:
    return reverse("conversations:send", args=[conversation.pk])


def counts(owner) -> tuple[int, int]:
    with scope(owner):
        return Conversation.objects.count(), Message.objects.count()


def test_the_first_question_makes_the_conversation_and_its_answer(owner, chatbot, posted, newest):
    response = posted(
        owner, reverse("conversations:begin", args=[chatbot.slug]), {"content": "Sky?"}
    )
    answer = newest()
    assert response.status_code == 302
    assert response["Location"] == f"/chat/{answer.conversation_id}/#message-{answer.pk}"
    assert (answer.status, answer.content) == ("complete", "You asked: Sky? [1]")
    assert answer.conversation.title == "Sky?"


def test_a_script_gets_the_two_messages_and_the_new_address(owner, chatbot, posted, newest):
    url = reverse("conversations:begin", args=[chatbot.slug])
    response = posted(owner, url, {"content": "Sky?"}, **FRAGMENT)
    html = response.content.decode()
    assert response["HX-Push-Url"] == f"/chat/{newest().conversation_id}/"
    assert html.count("<article") == 2
    assert f'data-events="/chat/messages/{newest().pk}/events/"' in html
    assert "<html" not in html


def test_looking_at_a_new_chat_leaves_no_conversation(owner, chatbot, client):
    client.force_login(owner)
    html = client.get(reverse("conversations:new", args=[chatbot.slug])).content.decode()
    assert "Hi! How can I help you today?" in html
    assert counts(owner) == (0, 0)


@pytest.mark.parametrize("content", ["", "   ", "x" * 20_001])
def test_a_question_that_cannot_be_taken_leaves_nothing(owner, chatbot, posted, content):
    url = reverse("conversations:begin", args=[chatbot.slug])
    response = posted(owner, url, {"content": content}, **FRAGMENT)
    assert response.status_code == 422
    assert response["Content-Type"].startswith("text/plain")
    assert counts(owner) == (0, 0)


def test_without_a_script_a_refused_question_is_still_in_the_field(owner, conversation, posted):
    with scope(owner):
        conversation.chatbot.is_active = False
        conversation.chatbot.save()
        Message.objects.create(
            owner=owner, conversation=conversation, role="user", content="Hi", message_index=0
        )
    response = posted(owner, send_url(conversation), {"content": "x" * 20_001})
    assert response.status_code == 422
    assert counts(owner) == (1, 1)


def test_the_plan_s_limit_is_said_in_words_and_nothing_is_kept(owner, chatbot, posted):
    with system():
        plan = Plan.objects.create(name="tiny", token_limit_daily=0)
    with scope(owner):
        Subscription.objects.filter(user=owner).update(plan=plan)
    url = reverse("conversations:begin", args=[chatbot.slug])
    response = posted(owner, url, {"content": "A question to keep"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "tokens for today are used up" in html
    assert "A question to keep</textarea>" in html
    assert counts(owner) == (0, 0)


def test_a_second_question_waits_for_the_answer_that_runs(owner, conversation, posted):
    with scope(owner):
        Message.objects.create(
            owner=owner,
            conversation=conversation,
            role="assistant",
            status="streaming",
            message_index=0,
        )
    response = posted(owner, send_url(conversation), {"content": "Sky?"}, **FRAGMENT)
    assert response.status_code == 422
    assert response.content.decode().startswith("The last answer is still being written.")
    assert counts(owner) == (1, 1)


def test_trying_again_answers_the_same_question_anew(
    owner, conversation, posted, newest, chat_model, client
):
    chat_model.enqueue(ProviderError("No model today.", code="down", permanent=True))
    posted(owner, send_url(conversation), {"content": "Sky?"})
    failed = newest()
    posted(owner, reverse("conversations:again", args=[failed.pk]))
    again = newest()
    assert (failed.status, again.status) == ("error", "complete")
    assert again.parent_id == failed.parent_id
    client.force_login(owner)
    html = client.get(conversation.get_absolute_url()).content.decode()
    assert "No model today." not in html
    assert html.count('class="message-person"') == 1


def test_an_earlier_answer_can_be_given_again_and_the_later_branch_stays(
    owner, conversation, posted, newest, client
):
    posted(owner, send_url(conversation), {"content": "Sky?"})
    first = newest()
    posted(owner, send_url(conversation), {"content": "Grass?"})
    response = posted(owner, reverse("conversations:again", args=[first.pk]), **FRAGMENT)
    assert (response.status_code, newest().parent_id) == (200, first.parent_id)
    client.force_login(owner)
    html = client.get(conversation.get_absolute_url()).content.decode()
    assert ("Sky?" in html, "Grass?" in html, "2 / 2" in html) == (True, False, True)
    client.post(reverse("conversations:show", args=[first.pk]))
    html = client.get(conversation.get_absolute_url()).content.decode()
    assert ("Grass?" in html, "1 / 2" in html) == (True, True)


def test_a_question_is_edited_beside_the_first_wording(owner, conversation, posted, newest):
    posted(owner, send_url(conversation), {"content": "Sky?"})
    asked = newest().parent
    posted(owner, send_url(conversation), {"content": "Grass?"})
    url = reverse("conversations:edit", args=[asked.pk])
    html = posted(owner, url, {"content": "The sky at night?"}, **FRAGMENT).content.decode()
    answer = newest()
    assert (answer.parent.content, answer.parent.parent_id) == ("The sky at night?", None)
    assert ("The sky at night?" in html, "2 / 2" in html) == (True, True)
    with scope(owner):
        conversation.refresh_from_db()
        assert (conversation.leaf_id, Message.objects.count()) == (answer.pk, 6)


def test_the_rest_of_a_cut_answer_stands_below_it(owner, conversation, posted, newest, chat_model):
    chat_model.enqueue(["Blue [1]", " and", ProviderError("Cut.", code="cut", permanent=False)])
    posted(owner, send_url(conversation), {"content": "Sky?"})
    cut = newest()
    chat_model.enqueue([" grey. [1]"])
    response = posted(owner, reverse("conversations:go-on", args=[cut.pk]), **FRAGMENT)
    rest = newest()
    assert (response.status_code, cut.status) == (200, "incomplete")
    assert (rest.parent_id, rest.content, rest.status) == (cut.pk, " grey. [1]", "complete")
    said = [message.content for message in chat_model.requests[-1].messages[1:]]
    assert said[:2] == ["Sky?", "Blue and"]
    assert said[2].startswith("Your answer was cut.")
    posted(owner, send_url(conversation), {"content": "Grass?"})
    said = [message.content for message in chat_model.requests[-1].messages[1:]]
    assert said == ["Sky?", "Blue [1] and grey. [1]", "Grass?"]


def test_an_answer_that_was_not_cut_has_no_rest(owner, conversation, posted, newest):
    posted(owner, send_url(conversation), {"content": "Sky?"})
    response = posted(owner, reverse("conversations:go-on", args=[newest().pk]), **FRAGMENT)
    assert (response.status_code, counts(owner)) == (422, (1, 2))


def test_a_stop_without_a_producer_is_noted_on_the_row(owner, conversation, client):
    with scope(owner):
        running = Message.objects.create(
            owner=owner,
            conversation=conversation,
            role="assistant",
            status="streaming",
            message_index=0,
        )
    client.force_login(owner)
    response = client.post(reverse("conversations:stop", args=[running.pk]), headers=FRAGMENT)
    with scope(owner):
        running.refresh_from_db()
    assert response.status_code == 204
    assert running.stop_requested_at is not None
