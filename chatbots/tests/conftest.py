from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Project, ProjectMember, User
from accounts.tenancy import scope


@pytest.fixture
def project(owner: User) -> Project:
    with scope(owner):
        project = Project.objects.create(owner=owner, name="Handbooks")
        ProjectMember.objects.create(project=project, owner=owner, user=owner, role="owner")
    return project


@pytest.fixture
def member(make_user: Callable[..., User], project: Project, owner: User) -> Callable[[str], User]:
    """Somebody with this role in the owner's project."""

    def make(role: str) -> User:
        user = make_user(role)
        with scope(owner):
            ProjectMember.objects.create(project=project, owner=owner, user=user, role=role)
        return user

    return make
