"""Everybody is answered by what is published, the live preview by the draft."""

import pytest
from django.urls import reverse

from accounts.tenancy import scope
from chatbots import versions
from chatbots.models import Chatbot
from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)
FRAGMENT = {"HX-Request": "true"}
QUESTION = {"content": "What colour is the sky?"}


@pytest.fixture
def published(owner, chatbot) -> Chatbot:
    """Version 1 says one thing, the draft another."""
    with scope(owner):
        Chatbot.objects.update(system_prompt="Speak as published.", temperature=0.1)
        versions.publish(owner, Chatbot.objects.get())
        Chatbot.objects.update(
            system_prompt="Speak as drafted.", temperature=0.9, strict=False,
            welcome_message="Drafted welcome.", suggested_questions=["Drafted?"],
        )  # fmt: skip
        return Chatbot.objects.select_related("published").get()


def asked(chat_model) -> tuple[str, float]:
    """System prompt and temperature of the newest request."""
    request = chat_model.requests[-1]
    return request.messages[0].content, request.temperature


def test_the_owner_s_own_chat_is_answered_as_published(owner, published, posted, chat_model):
    posted(owner, reverse("conversations:begin", args=[published.slug]), QUESTION, **FRAGMENT)
    said, temperature = asked(chat_model)
    assert said.startswith("Speak as published.")
    assert "say exactly: I found nothing about this in the documents." in said
    assert temperature == 0.1


def test_the_preview_is_answered_as_drafted(owner, published, posted, chat_model):
    url = reverse("chatbot:preview-send", args=[published.slug])
    response = posted(owner, url, QUESTION, **FRAGMENT)
    assert response["HX-Push-Url"] == reverse("chatbot:preview", args=[published.slug])
    said, temperature = asked(chat_model)
    assert said.startswith("Speak as drafted.")
    assert "you may answer from what you know" in said
    assert temperature == 0.9


def test_once_published_the_draft_answers(owner, published, posted, chat_model):
    with scope(owner):
        versions.publish(owner, published)
    posted(owner, reverse("conversations:begin", args=[published.slug]), QUESTION, **FRAGMENT)
    assert asked(chat_model)[0].startswith("Speak as drafted.")


def test_the_api_answers_from_the_row_until_the_first_publication(api, owner, chatbot, chat_model):
    url = f"/api/v1/chatbots/{chatbot.pk}/"
    api.patch(url, {"temperature": 0.5})
    talk = api.post("/api/v1/conversations/", {"chatbot": chatbot.slug}).json()
    messages = f"/api/v1/conversations/{talk['id']}/messages/"
    api.post(messages, QUESTION)
    assert asked(chat_model)[1] == 0.5
    api.post(f"{url}publish/", {})
    api.patch(url, {"temperature": 0.8})
    api.post(messages, QUESTION)
    assert asked(chat_model)[1] == 0.5


def test_the_chat_shows_the_published_look_and_the_preview_the_draft_s(owner, published, client):
    client.force_login(owner)
    chat = client.get(reverse("conversations:new", args=[published.slug])).content.decode()
    preview = client.get(reverse("chatbot:preview", args=[published.slug]))
    assert "Drafted welcome." not in chat
    html = preview.content.decode()
    assert "Drafted welcome." in html
    assert 'value="Drafted?"' in html
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]


def test_a_preview_is_one_conversation_that_no_list_holds(owner, published, posted, client, api):
    url = reverse("chatbot:preview-send", args=[published.slug])
    for _ in range(2):
        posted(owner, url, QUESTION)
    with scope(owner):
        preview = Conversation.objects.get()
        assert (preview.channel, preview.messages.count()) == ("preview", 4)
    client.force_login(owner)
    chat = reverse("conversations:new", args=[published.slug])
    for page in ("/home/", chat, "/chat/history/", "/chat/history/?q=colour"):
        assert str(preview.pk) not in client.get(page).content.decode(), page
    assert api.get("/api/v1/conversations/").json()["results"] == []
    client.post(reverse("chatbot:preview-clear", args=[published.slug]))
    with scope(owner):
        assert not Conversation.objects.exists()
        assert not Message.objects.exists()


def test_without_script_the_preview_returns_to_itself(owner, published, posted):
    url = reverse("chatbot:preview-send", args=[published.slug])
    preview = reverse("chatbot:preview", args=[published.slug])
    assert posted(owner, url, QUESTION)["Location"].startswith(f"{preview}#message-")
    refused = posted(owner, url, {"content": " "})
    assert refused.status_code == 422
    assert "Write a question first." in refused.content.decode()


def test_nobody_previews_what_they_may_not_change(owner, outsider, published, posted, client):
    client.force_login(outsider)
    for name in ("preview", "insights"):
        page = reverse(f"chatbot:{name}", args=[published.slug])
        assert client.get(page).status_code == 404
    url = reverse("chatbot:preview-send", args=[published.slug])
    assert posted(outsider, url, QUESTION).status_code == 404
    with scope(owner):
        assert not Conversation.objects.exists()
