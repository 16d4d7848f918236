"""What editors and viewers of a project find at every door, as `member_doors` says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Project, User
from accounts.tenancy import scope
from tests.isolation.doors import Door
from tests.isolation.member_doors import MEMBERS
from tests.isolation.world import World, make_world, snapshot
from tests.sharing import join
from tests.test_isolation import DOORS, call, committed_rows, content

__all__ = ["committed_rows"]
pytestmark = [
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
    pytest.mark.usefixtures("own_server"),
]
ROLES = ("editor", "viewer")
NAMING = [
    door for door in DOORS if any(door.names_rows_in(part) for part in ("path", "body", "query"))
]


@dataclass
class Sharing:
    owner: World
    people: dict[str, World]


def make_project() -> Sharing:
    owner = make_world(f"finch{uuid4().hex[:12]}")
    people = {}
    with scope(owner.user):
        project = Project.objects.get(pk=owner.project)
    for role in ROLES:
        word = f"{role}{uuid4().hex[:12]}"
        user = User.objects.create_user(f"{word}@example.com", None, full_name=f"{word} person")
        join(project, user, role)
        people[role] = World(word=word, user=user)
    return Sharing(owner, people)


@pytest.fixture(scope="module")
def made() -> list[Sharing]:
    return []


@pytest.fixture
def kept(made: list[Sharing], fake_models: None) -> Sharing:
    """One project for all doors that change nothing."""
    if not made:
        made.append(make_project())
    return made[0]


def label(door: Door) -> str:
    """Method, URL, what is done, and what of the body or query names rows."""
    nothing, other = World(), World()
    named = [
        name
        for part in (door.query, door.body)
        for name, value in part(nothing).items()
        if part(other)[name] != value
    ]
    act = [door.body(nothing)["action"]] if "action" in door.body(nothing) else []
    return " ".join([door.method, door.url, *act, *sorted({*named} - {"action"})])


def knock(door: Door, project: Sharing, role: str) -> Any:
    path = project.owner if door.names_rows_in("path") else project.people[role]
    scopes = (door.scope or "search:read",)
    return call(door, project.people[role], path=path, body=project.owner, scopes=scopes)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", NAMING, ids=str)
def test_a_member_gets_what_their_role_allows(door: Door, role: str, kept: Sharing) -> None:
    expected = MEMBERS.get(label(door), (404, 404))[ROLES.index(role)]
    changes = expected < 400 and door.method != "GET"
    response = knock(door, make_project() if changes else kept, role)
    shown = content(response)
    assert response.status_code == expected, shown[:300]


def test_every_line_of_the_table_is_a_door_that_names_rows() -> None:
    assert set(MEMBERS) - {label(door) for door in NAMING} == set()


def test_what_was_refused_changed_nothing(kept: Sharing) -> None:
    """The last of the file: a snapshot after every cell would cost more than the cells."""
    after = snapshot(kept.owner)
    assert {row["title"] for row in after["Document"]} == {""}
    assert [row["name"] for row in after["Project"]] == [f"{kept.owner.word} project"]
