"""Documents of projects: taken in, linked, let go. Call all of it inside the person's scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from accounts.sharing.changing import check_open
from accounts.sharing.refusals import SharingRefused
from billing.limits import QuotaExceeded
from documents.models import Document, ProjectDocument
from documents.retrieval.scopes import SearchScope

Added = tuple[Document, bool]


def add_to(project: Project | None, user: User, add: Callable[..., Added]) -> Added:
    """What `add` puts into the library of the project's owner, within their plan, linked at once.

    Without a project it is the person's own library.
    """
    if project is None:
        return add(user)
    check_open(project)
    try:
        document, is_new = add(project.owner, actor=user)
    except QuotaExceeded as full:
        if project.owner_id != user.pk:
            full.left = 0  # what else the owner has is not theirs to know
            full.detail = _("The plan of the project's owner has no room for this document.")
        raise
    link(project, [document], actor=user)
    return document, is_new


def link(project: Project, documents: Sequence[Document], *, actor: User) -> None:
    """Let the project's members read these; those it has already stay. Only its owner's can be."""
    check_open(project)
    if any(document.owner_id != project.owner_id for document in documents):
        text = _("A project holds documents of its owner. Upload the file to the project instead.")
        raise SharingRefused("other_owner", text)
    there = set(linked(project).values_list("document_id", flat=True))
    fresh = [document for document in documents if document.pk not in there]
    ProjectDocument.objects.bulk_create(
        [_link(project.pk, document) for document in fresh], ignore_conflicts=True
    )
    if fresh:
        _note("project.link", project, actor, [document.pk for document in fresh])


def unlink(project: Project, documents: Sequence[Document], *, actor: User) -> None:
    """From now on neither its members nor its chatbots find these; the documents stay."""
    ids = [document.pk for document in documents]
    linked(project).filter(document__in=ids).delete()
    _note("project.unlink", project, actor, ids)


def follow(parent: Document, child: Document) -> None:
    """What came with an e-mail is in the projects where the e-mail is."""
    if child.owner_id == parent.owner_id:
        ids = parent.project_documents.values_list("project_id", flat=True)
        links = [_link(project_id, child) for project_id in ids]
        ProjectDocument.objects.bulk_create(links, ignore_conflicts=True)


def editable_among(user: User, documents: Sequence[Document]) -> set[UUID]:
    """Those of these documents that the person may change: their own, and by their role."""
    mine = {document.pk for document in documents if document.owner_id == user.pk}
    others = [document.pk for document in documents if document.owner_id != user.pk]
    if others:
        allowed = Document.objects.editable_by(user).filter(pk__in=others)
        mine.update(allowed.values_list("pk", flat=True))
    return mine


def search_scope(project: Project) -> SearchScope:
    """The project's documents as they are at this moment, searched in its owner's library."""
    ids = linked(project).values_list("document_id", flat=True)
    return SearchScope(project.owner_id, tuple(ids))


def linked(project: Project) -> Any:
    return ProjectDocument.objects.filter(project=project, owner=project.owner_id)


def _link(project_id: UUID, document: Document) -> ProjectDocument:
    return ProjectDocument(project_id=project_id, document=document, owner_id=document.owner_id)


def _note(action: str, project: Project, actor: User, ids: list[UUID]) -> None:
    audit.record(
        action,
        actor=actor,
        owner_id=project.owner_id,
        resource=project,
        metadata={"documents": [str(pk) for pk in ids]},
    )
