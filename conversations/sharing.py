"""Links by which others read a conversation without an account: made, found, revoked."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, sealing
from accounts.models import User
from chatbots.models import Chatbot
from conversations.branches import Tree
from conversations.models import Conversation, Message, ShareLink

LINKS = 20  # open ones of a conversation
FIND = "SELECT id, owner_id FROM conversations_find_share(%s)"


class NotShared(Exception):
    """No link was made; `code` is stable, the message tells the person why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def share(
    user: User, conversation: Conversation, kind: str, expires_at: dt.datetime | None = None
) -> ShareLink:
    """A link to the conversation as it is now, or to it and what follows. Call it in a scope.

    What is said there quotes documents: who only looks into a project cannot give them away.
    """
    conversation = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if not _may_share(user, conversation):
        raise NotShared("role_missing", _("Only editors of its project may share this."))
    if links_of(conversation).count() >= LINKS:
        raise NotShared("too_many_links", _("It has many links already. Revoke one first."))
    token = secrets.token_urlsafe(32)
    link = ShareLink.objects.create(
        conversation=conversation,
        owner_id=conversation.owner_id,
        author=user,
        token_hash=_digest(token),
        sealed_token=sealing.seal(token),
        kind=kind,
        leaf_id=_finished(conversation) if kind == ShareLink.Kind.SNAPSHOT else None,
        expires_at=expires_at,
    )
    _tell(user, link, "conversation.share")
    return link


def links_of(conversation: Conversation) -> QuerySet[ShareLink]:
    """The open ones, newest first."""
    return ShareLink.objects.open().filter(conversation=conversation).order_by("-created_at")


def revoke(user: User, link: ShareLink) -> None:
    """From now on it leads nowhere, on pages that are open as well."""
    ShareLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=Now())
    _tell(user, link, "conversation.unshare")


def address_of(link: ShareLink) -> str:
    """Its URL; empty when no key opens the token any more."""
    try:
        token = sealing.unseal(link.sealed_token)
    except sealing.Unreadable:
        return ""
    return settings.BASE_URL + reverse("shared:conversation", args=[token])


def owner_of(token: str) -> tuple[UUID, UUID] | None:
    """The ids of an open link and of the owner of its conversation, before any scope exists."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [_digest(token)])
        found: tuple[UUID, UUID] | None = cursor.fetchone()
    return found


def found(link_id: UUID) -> ShareLink | None:
    """The link, while its author may still give the conversation away. Call it in the owner's
    scope."""
    rows = ShareLink.objects.open().select_related("conversation__chatbot__published", "author")
    link = rows.filter(pk=link_id).first()
    if link is None or link.author is None or not link.author.is_active:
        return None
    return link if _may_share(link.author, link.conversation) else None


def _may_share(user: User, conversation: Conversation) -> bool:
    editable = Chatbot.objects.editable_by(user).filter(pk=conversation.chatbot_id)
    return conversation.user_id == user.pk and editable.exists()


def branch_of(link: ShareLink) -> list[UUID]:
    """The messages that it shows, oldest first."""
    return Tree(link.conversation).branch(link.leaf_id)


def reseal_all() -> tuple[int, list[str]]:
    """Seal every token with the first key; how many were, and the ids of links whose token nothing
    opens. Call it inside system()."""
    done, unreadable = 0, []
    for pk, token in ShareLink.objects.values_list("pk", "sealed_token").iterator():
        try:
            anew = sealing.reseal(token)
        except sealing.Unreadable:
            unreadable.append(str(pk))
            continue
        ShareLink.objects.filter(pk=pk, sealed_token=token).update(sealed_token=anew)
        done += 1
    return done, unreadable


def _finished(conversation: Conversation) -> UUID | None:
    """Where the branch that is shown ends, an answer that is being written left out."""
    tree = Tree(conversation)
    running = set(
        conversation.messages.filter(status=Message.Status.STREAMING).values_list("pk", flat=True)
    )
    shown = [pk for pk in tree.branch() if pk not in running]
    if not shown:
        raise NotShared("nothing_said", _("There is nothing to share yet."))
    return shown[-1]


def expiry(days: int | None) -> dt.datetime | None:
    return timezone.now() + dt.timedelta(days=days) if days else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _tell(user: User, link: ShareLink, act: str) -> None:
    audit.record(
        act,
        actor=user,
        owner_id=link.owner_id,
        resource=link,
        metadata={"conversation": str(link.conversation_id), "kind": link.kind},
    )
