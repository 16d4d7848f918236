"""Files dropped into a conversation: read there and nowhere else, gone with it."""

from __future__ import annotations

from uuid import UUID

from django.core.files.base import File
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts import audit, locks
from accounts.models import ProjectMember, User
from accounts.tenancy import system
from billing import limits
from conversations.models import Attachment, Conversation
from documents import uploads
from documents.models import Document
from documents.retrieval import SearchScope

SWEPT = 200


def attach(user: User, conversation: Conversation, file: File, *, name: str = "") -> Attachment:
    """Store a file for this conversation and owe its reading. Call it in the person's scope.

    The document is the person's, not the chatbot owner's. Raises UploadRefused or QuotaExceeded,
    with nothing kept.
    """
    held = Conversation.objects.select_for_update().get(pk=conversation.pk)
    limits.check_attached(limits.held_plan(user), attachments_of(held).count())
    document, _is_new = uploads.add_document(user, file, name=name, kind=Document.Kind.ATTACHMENT)
    return Attachment.objects.create(conversation=held, owner_id=held.owner_id, document=document)


def attachments_of(conversation: Conversation) -> QuerySet[Attachment]:
    return Attachment.objects.filter(conversation=conversation).select_related("document")


def detach(user: User, attachment: Attachment) -> None:
    """Delete the file; answers keep what they quoted from it."""
    uploads.delete_document(attachment.document, actor=user)


def delete_conversation(user: User, conversation: Conversation) -> None:
    """For good, with what was dropped into it."""
    locks.hold(conversation)
    audit.record("conversation.delete", actor=user, resource=conversation)
    for attachment in attachments_of(conversation):
        detach(user, attachment)
    conversation.delete()


def search_scope(conversation: Conversation) -> SearchScope | None:
    """What the person has dropped here; None when that is nothing. Call it in the owner's scope:
    the documents themselves may be another's."""
    rows = Attachment.objects.filter(conversation=conversation)
    ids: tuple[UUID, ...] = tuple(rows.values_list("document_id", flat=True))
    if not ids or conversation.user_id is None:
        return None
    return SearchScope(conversation.user_id, ids, conversation.chatbot_id)


@receiver(pre_delete, sender=Document)
def let_go(instance: Document, **_: object) -> None:
    """A person's file goes also while the conversation it names is out of their sight: its row is
    the chatbot owner's, whom somebody who has left the project does not reach."""
    if instance.kind == Document.Kind.ATTACHMENT:
        with system():
            Attachment.objects.filter(document=instance).delete()


def sweep() -> int:
    """Delete files whose conversation went otherwise, with its chatbot, say, or is out of reach of
    the person who dropped them. Inside system()."""
    dropped = Document.objects.filter(kind=Document.Kind.ATTACHMENT)
    lost = dropped.filter(Q(attachment__isnull=True) | Exists(_out_of_reach()))
    documents = list(lost.select_related("owner")[:SWEPT])
    for document in documents:
        uploads.delete_document(document, actor=document.owner)
    return len(documents)


def _out_of_reach() -> QuerySet[Attachment]:
    """Attachments of a document whose person is no longer in the chatbot's project. A closed
    account of the chatbot's owner can be reopened: it changes nothing here."""
    members = ProjectMember.objects.filter(
        project=OuterRef("conversation__chatbot__project"), user=OuterRef("document__owner")
    )
    others = Attachment.objects.exclude(document__owner=F("owner"))
    return others.filter(~Exists(members), document=OuterRef("pk"))
