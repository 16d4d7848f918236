"""The front door and the way to the first answer."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation
from documents import uploads

pytestmark = pytest.mark.django_db(transaction=True)


def home(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("home")).content.decode()


def test_the_front_page_leads_strangers_in_and_people_home(owner, client):
    assert "Create an account" in client.get("/").content.decode()
    client.force_login(owner)
    assert client.get("/")["Location"] == reverse("home")


def test_a_new_person_is_asked_for_a_document(owner, client):
    html = home(client, owner)
    assert "Three steps to your first answer" in html
    assert "data-dropzone" in html
    assert "every 2s" not in html


def test_while_a_document_is_read_the_steps_look_again(owner, client):
    with scope(owner):
        uploads.add_document(owner, ContentFile(b"The sky is blue.", "sky.txt"))
    html = home(client, owner)
    assert "Reading one document…" in html
    assert "every 2s" in html
    assert "Reading one document…" in client.get(reverse("home-start")).content.decode()


def test_with_a_document_one_click_leads_to_the_chat(owner, client, make_document):
    make_document(owner)
    html = home(client, owner)
    assert "Ask your documents" in html
    assert f'action="{reverse("chatbots:ask")}"' in html


def test_after_the_first_answer_home_is_for_asking(owner, outsider, client, make_document):
    make_document(owner)
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner, title="The sky")
    html = home(client, owner)
    assert "Three steps" not in html
    assert "The sky" in html
    assert f"/chat/new/{chatbot.slug}/send/" in html
    assert "The sky" not in home(client, outsider)


def test_queries_do_not_grow_with_what_there_is(
    owner, client, make_document, django_assert_num_queries
):
    make_document(owner)
    client.force_login(owner)
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        for number in range(5):
            Conversation.objects.create(
                owner=owner, chatbot=chatbot, user=owner, title=f"No. {number}"
            )
    with django_assert_num_queries(11):
        client.get(reverse("home"))
