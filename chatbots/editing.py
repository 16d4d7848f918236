"""Making, changing and deleting a chatbot: one way for the page and the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from chatbots.models import Chatbot
from documents.models import Document, SearchLog


class SlugTaken(Exception):
    """The address belongs to a chatbot already, perhaps another person's, which we cannot see."""


@contextmanager
def _slug_may_be_taken() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "slug" in str(error):
            raise SlugTaken(_("This address is taken. Choose another one.")) from error
        raise


def create_chatbot(
    user: User, fields: dict[str, Any], documents: Sequence[Document] = ()
) -> Chatbot:
    """A new chatbot of the user's; without documents it reads their whole library."""
    with _slug_may_be_taken():
        chatbot = Chatbot.objects.create(owner=user, **fields)
    if documents:
        chatbot.read_documents(list(documents))
    audit.record("chatbot.create", actor=user, resource=chatbot, metadata={"name": chatbot.name})
    return chatbot


def update_chatbot(
    user: User,
    chatbot: Chatbot,
    fields: dict[str, Any],
    documents: Sequence[Document] | None = None,
) -> Chatbot:
    """Change the named fields; `documents` of None leaves what it reads as it is."""
    for name, value in fields.items():
        setattr(chatbot, name, value)
    with _slug_may_be_taken():
        chatbot.save()
    if documents is not None:
        chatbot.read_documents(list(documents))
    audit.record(
        "chatbot.update",
        actor=user,
        owner_id=chatbot.owner_id,
        resource=chatbot,
        metadata={"fields": sorted(fields)},
    )
    return chatbot


def delete_chatbot(user: User, chatbot: Chatbot) -> None:
    """Delete a chatbot with every conversation held with it and what was asked; documents stay."""
    audit.record(
        "chatbot.delete",
        actor=user,
        owner_id=chatbot.owner_id,
        resource=chatbot,
        metadata={"name": chatbot.name},
    )
    SearchLog.objects.filter(owner_id=chatbot.owner_id, chatbot_id=chatbot.pk).delete()
    chatbot.delete()


def library_chatbot(user: User) -> Chatbot:
    """The newest active chatbot that reads the whole library, made when there is none."""
    mine = Chatbot.objects.for_user(user).active().filter(reads_library=True)
    return mine.newest_first().first() or create_chatbot(
        user,
        {
            "name": _("My documents"),
            "welcome_message": _("Ask me anything about your documents."),
        },
    )
