"""A project as a page shows it: found for whom it is shared with, under its head and tabs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import Project, Role


def seen(request: HttpRequest, pk: UUID, *roles: Role) -> Project:
    """The project with the person's `role` in it; 403 where that is none of these roles."""
    visible = Project.objects.visible_to(request.user).with_role(request.user)
    project: Project = get_object_or_404(visible.select_related("owner"), pk=pk)
    if roles and project.role not in roles:
        raise PermissionDenied
    return project


def shown_with(
    request: HttpRequest,
    project: Project,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    head = {
        "project": project,
        "mine": project.members.get(user=request.user),
        "can_edit": project.role != Role.VIEWER,
        "is_owner": project.role == Role.OWNER,
    }
    return render(request, template, {**head, **context}, status=status)
