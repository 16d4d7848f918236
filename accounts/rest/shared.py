"""Rows of projects: members see them, and their role says what else they may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.models import Project, User
from accounts.rest.access import project_limit
from accounts.rest.etags import TaggedRows
from accounts.rest.problems import Problem
from accounts.rest.views import OwnRows

VISIBLE, EDITABLE, OWN = "visible_to", "editable_by", "for_user"


class Shared(OwnRows):
    """`rights` names for each action the QuerySet method that finds the rows it is allowed on.

    What a person may see but not treat so is 403 `role_missing`; what they may not see, 404.
    Views without actions name methods.
    """

    rights: Mapping[str, str] = {}

    def reached(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.visible_to(self.request.user)  # type: ignore[attr-defined]

    def check_object_permissions(self, request: Any, row: Any) -> None:
        super().check_object_permissions(request, row)
        check_role([row], request.user, self.right)

    @property
    def right(self) -> str:
        return self.rights.get(getattr(self, "action", self.request.method), VISIBLE)


class SharedRows(Shared, TaggedRows):
    pass


def check_role(rows: Sequence[Any], user: User, right: str) -> None:
    """Refuse what the person's role does not allow on rows they see; owners may do everything."""
    others = [row.pk for row in rows if row.owner_id != user.pk]
    if right == VISIBLE or not others:
        return
    allowed: QuerySet[Any] = getattr(type(rows[0])._default_manager.all(), right)(user)
    if allowed.filter(pk__in=others).count() < len(others):
        raise role_missing(right)


def role_missing(right: str) -> Problem:
    if right == OWN:
        return Problem(403, "role_missing", _("Only the owner may do this."), role="owner")
    detail = _("You may look at this, not change it. Its project's owner can make you an editor.")
    return Problem(403, "role_missing", detail, role="editor")


def shared_or_problem(rows: QuerySet[Any], user: User, right: str, **named: Any) -> Any:
    """The row among those visible to the person: 404 without one, 403 without the role."""
    row = get_object_or_404(rows, **named)
    check_role([row], user, right)
    return row


def project_of(request: Request, pk: UUID | None) -> Project | None:
    """The project that something is to be added to; a key limited to one adds to no other."""
    limit = project_limit(request)
    if (pk or limit) is None:
        return None
    rows = Project.objects.visible_to(request.user).select_related("owner")
    if limit:
        rows = rows.filter(pk=limit)
    project: Project = shared_or_problem(rows, request.user, EDITABLE, pk=pk or limit)
    return project
