"""Files that members drop into chats with a project's chatbot: theirs to the end, and gone then.

The document is the member's, the conversation and its attachment are the chatbot's owner's.
"""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.closing import erase_account
from accounts.models import Project, User
from accounts.tenancy import scope, system
from chatbots.models import Chatbot
from conftest import api_of
from conversations import attachments
from conversations.models import Attachment, Conversation
from documents.erasing import erase_due
from documents.models import Document
from tests.sharing import join, leave, share

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(owner: User, outsider: User) -> Project:
    return share(owner, viewer=outsider)


@pytest.fixture
def member(outsider: User, project: Project) -> User:
    return outsider


@pytest.fixture
def talk(owner: User, member: User, project: Project) -> Conversation:
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours", project=project)
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=member)


@pytest.fixture
def attachment(member: User, talk: Conversation) -> Attachment:
    with scope(member):
        file = ContentFile(b"The moon is made of cheese.", "moon.txt")
        return attachments.attach(member, talk, file)


def swept() -> int:
    with system():
        return attachments.sweep()


def is_gone(attachment: Attachment) -> bool:
    erase_due()
    with system():
        rows = Attachment.objects.filter(pk=attachment.pk)
        kept = rows.exists() or Document.objects.filter(pk=attachment.document_id).exists()
    return not kept and not default_storage.exists(attachment.document.file.name)


def test_the_member_takes_the_file_back(client, member, talk, attachment) -> None:
    client.force_login(member)
    url = reverse("conversations:detach", args=[talk.pk, attachment.pk])
    assert client.post(url).status_code == 302
    assert is_gone(attachment)


def test_the_member_deletes_the_conversation(member, talk, attachment) -> None:
    assert api_of(member).delete(f"/api/v1/conversations/{talk.pk}/").status_code == 204
    assert is_gone(attachment)


def test_the_members_account_goes_and_the_owner_keeps_the_conversation(
    member, owner, talk, attachment
) -> None:
    with system():
        erase_account(member)
    assert is_gone(attachment)
    with scope(owner):
        assert Conversation.objects.get(pk=talk.pk).user_id is None


def test_the_owners_account_goes_and_the_sweep_takes_the_members_file(
    member, owner, attachment
) -> None:
    with system():
        erase_account(owner)
    assert not is_gone(attachment)
    assert (swept(), swept()) == (1, 0)
    assert is_gone(attachment)


def test_who_has_left_deletes_a_document_that_the_owners_row_names(
    client, member, project, attachment
) -> None:
    leave(project, member)
    client.force_login(member)
    url = reverse("documents:delete", args=[attachment.document_id])
    assert client.post(url).status_code == 302
    assert is_gone(attachment)


def test_who_was_removed_cannot_delete_the_conversation_and_the_sweep_takes_the_file(
    member, owner, project, talk, attachment
) -> None:
    leave(project, member)
    assert api_of(member).delete(f"/api/v1/conversations/{talk.pk}/").status_code == 404
    assert (swept(), swept()) == (1, 0)
    assert is_gone(attachment)
    with scope(owner):
        assert Conversation.objects.filter(pk=talk.pk).exists()


def test_with_the_project_its_members_lose_their_files_and_its_owner_none(
    owner, api, project, talk, attachment
) -> None:
    with scope(owner):
        own = Conversation.objects.create(owner=owner, chatbot=talk.chatbot, user=owner)
        kept = attachments.attach(owner, own, ContentFile(b"Mine.", "mine.txt"))
    assert api.delete(f"/api/v1/projects/{project.pk}/").status_code == 204
    assert (swept(), swept()) == (1, 0)
    assert (is_gone(attachment), is_gone(kept)) == (True, False)


def test_an_account_that_can_still_be_reopened_costs_nobody_a_file(owner, attachment) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert swept() == 0


def test_the_sweep_leaves_the_files_of_those_who_are_still_there(
    owner, make_user, project, talk, attachment
) -> None:
    other = make_user("other")
    join(project, other, "editor")
    assert swept() == 0
    leave(project, other)
    assert (swept(), is_gone(attachment)) == (0, False)
