"""A document as its pages show it: found for whom it is shared with, with what they may do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import Project
from documents.models import Document
from documents.sharing import editable_among
from documents.work.progress import progress_of


def owned(request: HttpRequest, pk: UUID) -> Document:
    return get_object_or_404(Document.objects.for_user(request.user), pk=pk)


def visible(request: HttpRequest, pk: UUID) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.user), pk=pk)


def editable(request: HttpRequest, pk: UUID) -> Document:
    """Of a project too, where the person may change its documents."""
    return get_object_or_404(Document.objects.editable_by(request.user), pk=pk)


def shown_with(
    request: HttpRequest,
    document: Document,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    projects = Project.objects.visible_to(request.user).filter(project_documents__document=document)
    head = {
        "document": document,
        "work": progress_of(document),
        "is_owner": document.owner_id == request.user.pk,
        "can_edit": bool(editable_among(request.user, [document])),
        "projects": projects.order_by("name"),
    }
    return render(request, template, {**head, **context}, status=status)
