"""Making, changing and deleting a chatbot: one way for the page and the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit, locks
from accounts.models import Project, User
from chatbots.models import Chatbot, ChatbotDocument
from documents.models import Document, SearchLog
from documents.models.document import DocumentQuerySet


class SlugTaken(Exception):
    """The address belongs to a chatbot already, perhaps another person's, which we cannot see."""


class DocumentsOutside(Exception):
    """A project's chatbot reads the project's documents alone."""


@contextmanager
def _slug_may_be_taken() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "slug" in str(error):
            raise SlugTaken(_("This address is taken. Choose another one.")) from error
        raise


def readable_documents(owner: User, project: Project | None) -> DocumentQuerySet:
    """What may be chosen for a chatbot: the project's documents, or the owner's library."""
    library = Document.objects.for_user(owner).library()
    return library.in_project(project) if project else library


def create_chatbot(
    user: User, fields: dict[str, Any], documents: Sequence[Document] = ()
) -> Chatbot:
    """A new chatbot: the user's, or the owner's of the project it is made in.

    Without documents it reads the project, or the owner's whole library.
    """
    project: Project | None = fields.get("project")
    if project:
        locks.hold(project)
    check_inside(project, [document.pk for document in documents])
    with _slug_may_be_taken():
        chatbot = Chatbot.objects.create(owner=project.owner if project else user, **fields)
    if documents:
        chatbot.read_documents(list(documents))
    audit.record(
        "chatbot.create",
        actor=user,
        owner_id=chatbot.owner_id,
        resource=chatbot,
        metadata={"name": chatbot.name},
    )
    return chatbot


def update_chatbot(
    user: User,
    chatbot: Chatbot,
    fields: dict[str, Any],
    documents: Sequence[Document] | None = None,
) -> Chatbot:
    """Change the named fields; `documents` of None leaves what it reads as it is.

    Behaviour is changed in the draft: once something is published, that goes on answering.
    """
    _hold(user, chatbot, is_moved="project" in fields)
    for name, value in fields.items():
        setattr(chatbot, name, value)
    if "project" in fields or documents is not None:
        check_inside(chatbot.project, _chosen(chatbot, documents))
    with _slug_may_be_taken():  # of the row only what is meant: it may be published meanwhile
        chatbot.save(update_fields=[*fields, "updated_at"])
    if documents is not None:
        chatbot.read_documents(list(documents))
    audit.record(
        "chatbot.update",
        actor=user,
        owner_id=chatbot.owner_id,
        resource=chatbot,
        metadata={"fields": sorted([*fields, *([] if documents is None else ["documents"])])},
    )
    return chatbot


def _hold(user: User, chatbot: Chatbot, *, is_moved: bool) -> None:
    """Its project may have been deleted since it was read, and with it the right to change it; and
    what was meant as all of the project must not become all of the library."""
    locks.hold(chatbot)
    now = Chatbot.objects.editable_by(user).filter(pk=chatbot.pk).values_list("project_id").first()
    if now is None or not (is_moved or now[0] == chatbot.project_id):
        raise Http404


def check_inside(project: Project | None, documents: Iterable[UUID]) -> None:
    """Raises DocumentsOutside where one of the documents is not the project's."""
    wanted = set(documents)
    if not project or not wanted:
        return
    inside = project.project_documents.filter(document__in=wanted).count()
    if inside < len(wanted):
        raise DocumentsOutside(
            _(
                "Some of its documents are not in this project. Add them to the project first,"
                " or choose others."
            )
        )


def _chosen(chatbot: Chatbot, documents: Sequence[Document] | None) -> list[UUID]:
    if documents is not None:
        return [document.pk for document in documents]
    if chatbot.reads_library:
        return []
    links = ChatbotDocument.objects.filter(chatbot=chatbot)
    return list(links.values_list("document_id", flat=True))


def delete_chatbot(user: User, chatbot: Chatbot) -> None:
    """Delete a chatbot with every conversation held with it and what was asked; documents stay."""
    locks.hold(chatbot)
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
    mine = Chatbot.objects.for_user(user).active().filter(reads_library=True, project=None)
    return mine.newest_first().first() or create_chatbot(
        user,
        {
            "name": _("My documents"),
            "welcome_message": _("Ask me anything about your documents."),
        },
    )
