"""A project with people in it, for tests of what its members may do."""

from __future__ import annotations

from uuid import uuid4

from accounts.models import Invitation, Project, ProjectMember, User
from accounts.sharing.changing import create_project
from accounts.tenancy import scope
from documents import sharing
from documents.models import Document


def share(owner: User, *documents: Document, name: str = "Handbooks", **members: User) -> Project:
    """A project of the owner's with these documents; members by their role: `viewer=user`."""
    with scope(owner):
        project = create_project(owner, name)
        for role, user in members.items():
            join(project, user, role)
        sharing.link(project, documents, actor=owner)
    return project


def join(project: Project, user: User, role: str = "viewer") -> ProjectMember:
    with scope(project.owner_id):
        return ProjectMember.objects.create(
            project=project, owner_id=project.owner_id, user=user, role=role
        )


def leave(project: Project, user: User) -> None:
    with scope(project.owner_id):
        ProjectMember.objects.get(project=project, user=user).delete()


def invited(project: Project, email: str) -> Invitation:
    return Invitation.objects.create(
        project=project, email=email, invited_by=project.owner, token_hash=uuid4().hex
    )
