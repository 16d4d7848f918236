"""What the chat page shows of a conversation, and how little it asks the database for it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import scope
from conversations.models import Conversation, Message
from documents import uploads
from language.searching import said_terms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cited(owner, conversation, posted, newest) -> Message:
    """An answer whose one citation quotes the whole passage."""
    url = reverse("conversations:send", args=[conversation.pk])
    posted(owner, url, {"content": "What colour is the sky?"})
    return newest()


def say(owner, conversation, number: int, **fields) -> Message:
    fields = {"role": "assistant", "content": "", "status": "complete", **fields}
    with scope(owner):
        last = Message.objects.filter(conversation=conversation).order_by("message_index").last()
        return Message.objects.create(
            owner=owner,
            conversation=conversation,
            parent=last,
            message_index=number,
            search_text=" ".join(said_terms(fields["content"])),
            **fields,
        )


def page(client, owner, url: str) -> str:
    client.force_login(owner)
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_an_answer_shows_its_marks_and_its_sources(owner, client, cited):
    html = page(client, owner, cited.conversation.get_absolute_url())
    assert 'data-citation="1"' in html
    assert 'class="cited-link"' in html
    assert "Try again" in html


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "stopped", "content": "The sky"}, "You stopped this answer here."),
        ({"status": "stopped"}, "You stopped this answer before its first word."),
        ({"status": "incomplete", "content": "The"}, "This answer is incomplete."),
        ({"status": "error", "error_message": "No model today."}, "No model today."),
        ({"content": "I found nothing about this in the documents."}, "Nothing found"),
        ({"content": "Blue, I guess."}, "No source was given for this answer."),
        ({"status": "streaming", "content": "The s"}, 'data-shown="5"'),
    ],
)
def test_how_an_answer_ended_is_said_plainly(owner, conversation, client, fields, sentence):
    say(owner, conversation, 0, **fields)
    assert sentence in page(client, owner, conversation.get_absolute_url())


def test_the_offline_model_is_named(owner, client, cited):
    with scope(owner):
        Message.objects.filter(pk=cited.pk).update(model_used="extractive")
    html = page(client, owner, cited.conversation.get_absolute_url())
    assert "Quoted from your documents (no language model configured)" in html


def test_a_source_stands_amid_its_document(owner, client, cited):
    url = reverse("conversations:sources", args=[cited.pk, 1])
    html = page(client, owner, url)
    citation = cited.citations[0]
    assert f'<mark class="passage">{citation["quote"]}</mark>' in html
    assert f"/documents/{citation['document_id']}/?" in html


def test_a_source_whose_document_changed_shows_the_old_quote_and_says_so(owner, client, cited):
    with scope(owner):
        text = owner.documents.get().text
        text.content = "Something else entirely."
        text.save()
    html = page(client, owner, reverse("conversations:sources", args=[cited.pk, 1]))
    assert "The document has changed since." in html
    assert cited.citations[0]["quote"] in html


def test_a_source_that_somebody_edited_shows_both_wordings(owner, client, cited):
    [citation] = cited.citations
    edited = {**citation, "quote": "It is <red>.", "original": citation["quote"]}
    with scope(owner):
        Message.objects.filter(pk=cited.pk).update(citations=[edited])
    html = page(client, owner, reverse("conversations:sources", args=[cited.pk, 1]))
    assert '<mark class="passage">It is &lt;red&gt;.</mark>' in html
    assert f'<mark class="passage">{citation["quote"]}</mark>' in html
    assert "Edited passage" in html
    assert "has changed" not in html


def test_a_deleted_document_is_cited_no_more(owner, client, cited):
    quote = cited.citations[0]["quote"]
    with scope(owner):
        uploads.delete_document(owner.documents.get(), actor=owner)
    thread = page(client, owner, cited.conversation.get_absolute_url())
    panel = page(client, owner, reverse("conversations:sources", args=[cited.pk, 1]))
    assert "cite-gone" in thread
    assert quote not in thread + panel
    assert "This document has been deleted." in panel


def test_titles_and_names_stay_text(owner, conversation, client):
    with scope(owner):
        conversation.title = '"><script>alert(1)</script>'
        conversation.save()
        conversation.chatbot.name = "<img src=x onerror=alert(1)>"
        conversation.chatbot.save()
    say(owner, conversation, 0, role="user", content="</textarea><script>alert(1)</script>")
    html = page(client, owner, conversation.get_absolute_url())
    assert "<script>alert" not in html
    assert "<img" not in html


def test_a_long_thread_starts_with_its_end(owner, conversation, client):
    for number in range(64):
        say(owner, conversation, number, role="user", content=f"Question {number}.")
    url = conversation.get_absolute_url()
    html = page(client, owner, url)
    assert "Show 4 earlier messages" in html
    assert "Question 3." not in html
    assert "Question 0." in page(client, owner, f"{url}?all=1")


def test_the_history_is_searched_by_what_was_said(owner, conversation, client):
    say(owner, conversation, 0, role="user", content="Where do zebras live?")
    with scope(owner):
        Conversation.objects.create(
            owner=owner, chatbot=conversation.chatbot, user=owner, title="Something about lions"
        )
        conversation.title = "Stripes"
        conversation.save()
    url = reverse("conversations:history")
    assert "Stripes" in page(client, owner, url + "?q=zebra")
    assert "lions" not in page(client, owner, url + "?q=zebra")
    assert "lions" in page(client, owner, url + "?q=about+lion")
    assert "Nothing said about" in page(client, owner, url + "?q=giraffe")
    assert "Stripes" in page(client, owner, url + "?q=ze%00bra")


def test_pinned_conversations_come_first(owner, conversation, client):
    with scope(owner):
        Conversation.objects.filter(pk=conversation.pk).update(title="Old")
        Conversation.objects.create(
            owner=owner, chatbot=conversation.chatbot, user=owner, title="New"
        )
    url = reverse("conversations:history")
    html = page(client, owner, url)
    assert html.index("New") < html.index("Old")
    client.post(reverse("conversations:pin", args=[conversation.pk]))
    html = page(client, owner, url)
    assert html.index("Old") < html.index("New")


def test_a_conversation_is_renamed_and_deleted(owner, conversation, client):
    client.force_login(owner)
    client.post(reverse("conversations:rename", args=[conversation.pk]), {"title": "Colours"})
    with scope(owner):
        conversation.refresh_from_db()
        assert conversation.title == "Colours"
    url = reverse("conversations:delete", args=[conversation.pk])
    assert "“Colours” goes for good" in page(client, owner, url)
    client.post(url)
    with scope(owner):
        assert not Conversation.objects.exists()


def test_one_chatbot_needs_no_choosing(owner, conversation, client):
    client.force_login(owner)
    response = client.get(reverse("conversations:list"))
    assert response["Location"] == f"/chat/new/{conversation.chatbot.slug}/"


def test_strangers_find_nothing(outsider, owner, client, cited):
    client.force_login(outsider)
    conversation = cited.conversation
    for name, pk in [
        ("detail", conversation.pk),
        ("rename", conversation.pk),
        ("delete", conversation.pk),
        ("message", cited.pk),
        ("events", cited.pk),
    ]:
        assert client.get(reverse(f"conversations:{name}", args=[pk])).status_code == 404
    for name, pk in [
        ("send", conversation.pk),
        ("pin", conversation.pk),
        ("delete", conversation.pk),
        ("stop", cited.pk),
        ("again", cited.pk),
    ]:
        url = reverse(f"conversations:{name}", args=[pk])
        assert client.post(url, {"content": "Hi"}).status_code == 404
    assert client.get(reverse("conversations:sources", args=[cited.pk, 1])).status_code == 404
    with scope(owner):
        assert Message.objects.count() == 2


def test_queries_do_not_grow_with_the_thread_or_the_history(
    owner, conversation, client, django_assert_num_queries
):
    client.force_login(owner)
    url = conversation.get_absolute_url()
    context = [{"document_id": str(conversation.pk), "document_name": "gone", "chunk_id": "x"}]
    context[0] |= {"page": None, "start_char": 0, "end_char": 1, "content": "x"}
    for number in range(12):
        say(owner, conversation, number, content="Blue.", context=context)
        with scope(owner):
            Conversation.objects.create(
                owner=owner,
                chatbot=conversation.chatbot,
                user=owner,
                title=f"No. {number}",
                last_message_at=timezone.now(),
            )
        if number in {0, 11}:
            with django_assert_num_queries(12):
                client.get(url)
