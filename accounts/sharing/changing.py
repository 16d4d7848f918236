"""Making, naming, archiving and deleting a project; call it inside the person's scope."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, locks
from accounts.models import Project, ProjectMember, Role, User
from accounts.sharing.refusals import SharingRefused

MOST_PROJECTS = 200  # of one person


def create_project(user: User, name: str, description: str = "") -> Project:
    if Project.objects.for_user(user).count() >= MOST_PROJECTS:
        text = _("You have %s projects. Delete one to make another.")
        raise SharingRefused("too_many_projects", text % MOST_PROJECTS)
    project = Project.objects.create(owner=user, name=name, description=description)
    ProjectMember.objects.create(project=project, owner=user, user=user, role=Role.OWNER)
    audit.record("project.create", actor=user, resource=project, metadata={"name": name})
    return project


def change_project(project: Project, fields: dict[str, Any], *, actor: User) -> Project:
    """Name and description; `archived` puts it aside or takes it back."""
    locks.hold(project)
    if (archived := fields.pop("archived", None)) is not None:
        fields["archived_at"] = (project.archived_at or timezone.now()) if archived else None
    for name, value in fields.items():
        setattr(project, name, value)
    project.save(update_fields=[*fields, "updated_at"])
    changed = {"fields": sorted(fields)}
    audit.record(
        "project.update",
        actor=actor,
        owner_id=project.owner_id,
        resource=project,
        metadata=changed,
    )
    return project


def delete_project(project: Project, *, actor: User) -> None:
    """The members lose it at once. Documents, chatbots and conversations stay the owner's."""
    locks.hold(project)
    audit.record(
        "project.delete",
        actor=actor,
        owner_id=project.owner_id,
        resource=project,
        metadata={"name": project.name},
    )
    project.delete()


def check_open(project: Project) -> None:
    """Nothing is added to a project that is put aside."""
    if project.is_archived:
        text = _("This project is archived. Its owner can bring it back in its settings.")
        raise SharingRefused("project_archived", text)
