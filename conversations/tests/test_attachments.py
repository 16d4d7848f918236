"""Files dropped into a conversation: read there and nowhere else, gone with it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Project, ProjectMember
from accounts.tenancy import scope, system
from chatbots.models import Chatbot
from conversations import attachments
from conversations.models import Attachment, Conversation, Message
from conversations.tests.conftest import FRAGMENT
from documents.models import Document, DocumentChunk
from documents.retrieval import SearchScope, search
from tests import ingesting

pytestmark = pytest.mark.django_db(transaction=True)
SKY = "The sky is blue. Grass is green."
MOON = "The moon is made of cheese."


def dropped(user, conversation, text=MOON, name="moon.txt") -> Attachment:
    with scope(user):
        attachment = attachments.attach(user, conversation, ContentFile(text.encode(), name))
    ingesting.ingest(attachment.document_id, user.pk)
    return attachment


def contents(found) -> list[str]:
    return [passage.content for passage in found]


def test_answers_use_it_in_this_conversation_alone(owner, conversation, posted, newest):
    dropped(owner, conversation)
    posted(
        owner,
        reverse("conversations:send", args=[conversation.pk]),
        {"content": "What is the moon made of?"},
    )
    assert newest().context[0]["content"] == MOON
    posted(
        owner,
        reverse("conversations:begin", args=[conversation.chatbot.slug]),
        {"content": "What is the moon made of?"},
    )
    with scope(owner):
        other = Message.objects.exclude(conversation=conversation).get(role="assistant")
    assert [passage["content"] for passage in other.context] == [SKY]


def test_the_library_and_its_search_do_not_know_it(owner, conversation, api):
    attachment = dropped(owner, conversation)
    assert contents(search(SearchScope(owner.pk), "moon cheese")) == [SKY]
    only = SearchScope(owner.pk, (attachment.document_id,))
    assert contents(search(only, "moon cheese")) == [MOON]
    names = [row["name"] for row in api.get("/api/v1/documents/").json()["results"]]
    assert "moon.txt" not in names
    assert api.get(f"/api/v1/documents/{attachment.document_id}/").status_code == 404


def test_the_same_bytes_may_be_in_the_library_too(owner, conversation, make_document):
    make_document(owner, MOON)
    attachment = dropped(owner, conversation)
    with scope(owner):
        assert Document.objects.filter(content_hash=attachment.document.content_hash).count() == 2


def test_deleting_the_conversation_deletes_the_file(owner, conversation, api):
    attachment = dropped(owner, conversation)
    assert api.delete(f"/api/v1/conversations/{conversation.pk}/").status_code == 204
    with scope(owner):
        assert not Document.objects.filter(pk=attachment.document_id).exists()
        assert not DocumentChunk.objects.filter(document=attachment.document_id).exists()


def test_upkeep_deletes_what_went_with_a_chatbot_and_nothing_else(owner, conversation):
    attachment = dropped(owner, conversation)
    with system():
        assert attachments.sweep() == 0
    with scope(owner):
        Chatbot.objects.get(pk=conversation.chatbot_id).delete()
    with system():
        assert (attachments.sweep(), attachments.sweep()) == (1, 0)
    with scope(owner):
        assert [document.name for document in Document.objects.all()] != ["moon.txt"]
        assert not Document.objects.filter(pk=attachment.document_id).exists()


def test_a_member_s_file_is_theirs_and_the_project_s_owner_never_finds_it(
    owner, outsider, chatbot, posted
):
    with scope(owner):
        project = Project.objects.create(owner=owner, name="Colours")
        ProjectMember.objects.create(project=project, owner=owner, user=owner, role="owner")
        ProjectMember.objects.create(project=project, owner=owner, user=outsider)
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project)
        talk = Conversation.objects.create(owner=owner, chatbot=chatbot, user=outsider)
    attachment = dropped(outsider, talk)
    posted(
        outsider,
        reverse("conversations:send", args=[talk.pk]),
        {"content": "What is the moon made of?"},
    )
    with scope(outsider):
        assert Message.objects.get(role="assistant").context[0]["content"] == MOON
        assert Document.objects.get(pk=attachment.document_id).owner_id == outsider.pk
    with scope(owner):
        assert not Document.objects.filter(pk=attachment.document_id).exists()
    assert MOON not in contents(search(SearchScope(owner.pk), "moon cheese"))


def test_the_page_takes_a_file_before_the_first_question(owner, chatbot, client):
    client.force_login(owner)
    url = reverse("conversations:begin-attach", args=[chatbot.slug])
    file = SimpleUploadedFile("moon.txt", MOON.encode())
    response = client.post(url, {"file": file}, headers=FRAGMENT)
    with scope(owner):
        attachment = Attachment.objects.select_related("conversation", "document").get()
    assert response["HX-Push-Url"] == attachment.conversation.get_absolute_url()
    assert "data-unfinished" in response.content.decode()
    assert attachment.conversation.title == "moon.txt"
    watching = reverse("conversations:attachments", args=[attachment.conversation_id])
    ingesting.ingest(attachment.document_id, owner.pk)
    html = client.get(watching, headers=FRAGMENT).content.decode()
    assert ("data-unfinished" in html, "moon.txt" in html) == (False, True)
    gone = reverse("conversations:detach", args=[attachment.conversation_id, attachment.pk])
    assert "moon.txt" not in client.post(gone, headers=FRAGMENT).content.decode()


def test_a_file_that_cannot_be_taken_makes_no_conversation(owner, chatbot, client):
    client.force_login(owner)
    url = reverse("conversations:begin-attach", args=[chatbot.slug])
    response = client.post(url, {"file": SimpleUploadedFile("empty.txt", b"")}, headers=FRAGMENT)
    assert (response.status_code, response.content) == (422, b"This file is empty.")
    with scope(owner):
        assert Conversation.objects.count() == 0


def test_by_api(owner, conversation, api):
    url = f"/api/v1/conversations/{conversation.pk}/attachments/"
    made = api.post(url, {"file": SimpleUploadedFile("moon.txt", MOON.encode())}, "multipart")
    assert (made.status_code, made.json()["status"]) == (202, "pending")
    ingesting.ingest(made.json()["document_id"], owner.pk)
    one = f"{url}{made.json()['id']}/"
    assert (api.get(one).json()["status"], len(api.get(url).json()["results"])) == ("ready", 1)
    assert (api.delete(one).status_code, api.get(one).status_code) == (204, 404)
    nothing = api.post(url, {"file": SimpleUploadedFile("empty.txt", b"")}, "multipart")
    assert nothing.status_code == 400
