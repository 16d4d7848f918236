"""Projects by the API: who may see them, change them, ask people in and put them out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLog, Invitation, Project, ProjectMember, User
from accounts.sharing import inviting
from accounts.tenancy import scope, system
from billing.models import Plan
from conftest import api_of
from tests.sharing import join, share

PROJECTS = "/api/v1/projects/"


@pytest.fixture(autouse=True)
def room_for_all(db) -> None:
    with system():
        Plan.objects.update(member_limit=None)


@pytest.fixture
def editor(make_user) -> User:
    return make_user("editor")


@pytest.fixture
def viewer(make_user) -> User:
    return make_user("viewer")


@pytest.fixture
def project(owner, editor, viewer) -> Project:
    return share(owner, editor=editor, viewer=viewer)


@pytest.fixture
def url(project) -> str:
    return f"{PROJECTS}{project.pk}/"


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def member_of(project: Project, user: User) -> ProjectMember:
    with scope(project.owner_id):
        return ProjectMember.objects.get(project=project, user=user)


def test_a_project_is_made_named_archived_and_deleted(api, owner) -> None:
    made = api.post(PROJECTS, {"name": "Handbooks", "description": "Ours"})
    shown = made.json()
    assert made.status_code == 201
    assert (shown["role"], shown["owner"]["id"]) == ("owner", str(owner.pk))
    counts = [shown[f"{what}_count"] for what in ("member", "document", "chatbot")]
    assert (counts, shown["archived"]) == ([1, 0, 0], False)
    url = f"{PROJECTS}{shown['id']}/"
    changed = api.patch(url, {"name": "Manuals", "archived": True}).json()
    assert (changed["name"], changed["description"], changed["archived"]) == (
        "Manuals",
        "Ours",
        True,
    )
    assert [row["id"] for row in api.get(PROJECTS, {"archived": True}).json()["results"]] == [
        shown["id"]
    ]
    assert api.get(PROJECTS, {"archived": False}).json()["results"] == []
    assert api.patch(url, {"archived": False}).json()["archived_at"] is None
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    with scope(owner):
        acts = AuditLog.objects.filter(action__startswith="project.").order_by("created_at", "id")
        assert [act.action for act in acts] == [
            "project.create",
            "project.update",
            "project.update",
            "project.delete",
        ]


def test_members_see_a_project_with_their_role_and_outsiders_do_not(
    project, url, editor, viewer, outsiders_api
) -> None:
    for user, role in ((editor, "editor"), (viewer, "viewer")):
        seen = api_of(user).get(url).json()
        assert (seen["role"], seen["member_count"]) == (role, 3)
        assert [row["id"] for row in api_of(user).get(PROJECTS).json()["results"]] == [
            str(project.pk)
        ]
    assert outsiders_api.get(PROJECTS).json()["results"] == []
    assert code(outsiders_api.get(url)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "", {"name": "Mine"}),
        ("delete", "", None),
        ("get", "invitations/", None),
        ("post", "invitations/", {"email": "new@example.com"}),
        ("post", "members/", {"email": "new@example.com"}),
    ],
)
def test_only_the_owner_changes_a_project_and_asks_people_in(
    project, url, editor, viewer, outsiders_api, method, path, body
) -> None:
    for user in (editor, viewer):
        refused = getattr(api_of(user), method)(f"{url}{path}", body)
        assert code(refused) == (403, "role_missing")
    assert code(getattr(outsiders_api, method)(f"{url}{path}", body)) == (404, "not_found")
    assert Invitation.objects.count() == 0
    with scope(project.owner):
        assert Project.objects.get(pk=project.pk).name == "Handbooks"


def test_members_see_each_others_names_and_the_owner_their_addresses(
    api, url, editor, viewer
) -> None:
    addresses = {
        row["user"]["name"]: row["email"] for row in api.get(f"{url}members/").json()["results"]
    }
    assert addresses == {name: f"{name}@example.com" for name in ("owner", "editor", "viewer")}
    seen = api_of(viewer).get(f"{url}members/").json()["results"]
    assert {row["user"]["name"]: row["email"] for row in seen} == {
        "owner": "",
        "editor": "",
        "viewer": "viewer@example.com",
    }


def test_the_owner_changes_roles_and_removes_people(api, project, url, editor, viewer) -> None:
    member = f"{url}members/{member_of(project, viewer).pk}/"
    assert code(api_of(editor).patch(member, {"role": "editor"})) == (403, "role_missing")
    assert code(api_of(editor).delete(member)) == (403, "role_missing")
    assert api.patch(member, {"role": "editor"}).json()["role"] == "editor"
    assert api.patch(member, {"role": "owner"}).status_code == 400
    assert api_of(viewer).get(url).json()["role"] == "editor"
    assert api.delete(member).status_code == 204
    assert code(api_of(viewer).get(url)) == (404, "not_found")
    with scope(project.owner):
        acts = AuditLog.objects.filter(action__startswith="member.").order_by("created_at", "id")
        assert [(act.action, act.metadata["user"]) for act in acts] == [
            ("member.role", str(viewer.pk)),
            ("member.remove", str(viewer.pk)),
        ]


def test_members_leave_and_the_owner_stays(api, project, url, owner, viewer) -> None:
    left = api_of(viewer).delete(f"{url}members/{member_of(project, viewer).pk}/")
    assert left.status_code == 204
    assert api_of(viewer).get(PROJECTS).json()["results"] == []
    refused = api.delete(f"{url}members/{member_of(project, owner).pk}/")
    assert code(refused) == (409, "owner_stays")
    assert code(api.patch(f"{url}members/{member_of(project, owner).pk}/", {"role": "viewer"})) == (
        409,
        "owner_stays",
    )


def test_a_member_of_one_project_is_nobody_in_another_of_the_same_owner(
    owner, viewer, project
) -> None:
    other = share(owner, name="Payroll")
    member = member_of(other, owner)
    url = f"{PROJECTS}{other.pk}/"
    for path in (url, f"{url}members/", f"{url}documents/", f"{url}chatbots/"):
        assert code(api_of(viewer).get(path)) == (404, "not_found")
    assert code(api_of(viewer).delete(f"{url}members/{member.pk}/")) == (404, "not_found")


def test_a_project_of_a_closed_account_is_closed_to_its_members(owner, url, viewer) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert code(api_of(viewer).get(url)) == (404, "not_found")


def test_nothing_is_added_to_an_archived_project(api, url) -> None:
    api.patch(url, {"archived": True})
    invited = api.post(f"{url}invitations/", {"email": "new@example.com"})
    assert code(invited) == (409, "project_archived")
    uploaded = api.post("/api/v1/documents/", {"text": "Words", "project": url.split("/")[-2]})
    assert code(uploaded) == (409, "project_archived")


def test_a_project_changed_meanwhile_is_not_overwritten(api, url) -> None:
    tag = api.get(url)["ETag"]
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 304
    api.patch(url, {"name": "Changed"})
    stale = api.patch(url, {"name": "Mine"}, headers={"If-Match": tag})
    assert code(stale) == (412, "precondition_failed")


def test_asked_twice_with_one_key_one_project_is_made(api, owner) -> None:
    key = {"Idempotency-Key": "one"}
    first, second = (api.post(PROJECTS, {"name": "Once"}, headers=key) for _ in range(2))
    assert first.json() == second.json()
    with scope(owner):
        assert Project.objects.count() == 1


def test_the_plan_limits_the_people_of_all_projects_together(api, owner, project, url) -> None:
    with system():
        Plan.objects.filter(name="free").update(member_limit=3)
    other = api.post(PROJECTS, {"name": "Other"}).json()["id"]
    again = api.post(f"{PROJECTS}{other}/invitations/", {"email": "viewer@example.com"})
    assert again.status_code == 201  # who is in one project is counted once
    assert api.post(f"{url}invitations/", {"email": "third@example.com"}).status_code == 201
    refused = api.post(f"{url}invitations/", {"email": "fourth@example.com"})
    assert (refused.status_code, refused.json()["limit"]) == (402, "member_limit")
    assert Invitation.objects.filter(email="fourth@example.com").count() == 0


def test_who_is_already_in_or_nowhere_is_not_found_by_inviting(api, url, outsider) -> None:
    known = api.post(f"{url}invitations/", {"email": "outsider@example.com"})
    unknown = api.post(f"{url}invitations/", {"email": "nobody@example.com"})
    volatile = {"id", "email", "expires_at", "created_at"}
    shapes = [
        (one.status_code, {name: one.json()[name] for name in one.json().keys() - volatile})
        for one in (known, unknown)
    ]
    assert shapes == [(201, {"role": "viewer", "expired": False})] * 2
    member = api.post(f"{url}invitations/", {"email": "VIEWER@example.com"})
    assert code(member) == (409, "member_already")


def test_asked_again_the_same_invitation_goes_out_with_another_link(api, url) -> None:
    first = api.post(f"{url}invitations/", {"email": "new@example.com"})
    link = Invitation.objects.get().token_hash
    second = api.post(f"{url}members/", {"email": "New@example.com", "role": "editor"})
    assert (first.status_code, second.status_code) == (201, 200)
    invitation = Invitation.objects.get()
    assert (str(invitation.pk), invitation.role) == (first.json()["id"], "editor")
    assert invitation.token_hash != link


def test_thirty_invitations_an_hour_are_enough(api, owner, url, monkeypatch) -> None:
    monkeypatch.setattr(inviting, "MOST_AN_HOUR", 2)
    for number in range(2):
        assert api.post(f"{url}invitations/", {"email": f"{number}@example.com"}).status_code == 201
    taken_back = api.get(f"{url}invitations/").json()["results"][0]["id"]
    assert api.delete(f"{url}invitations/{taken_back}/").status_code == 204
    refused = api.post(f"{url}invitations/", {"email": "2@example.com"})
    assert (*code(refused), refused["Retry-After"]) == (429, "rate_limited", "3600")


def test_an_invitation_is_accepted_by_whose_verified_address_it_names(
    api, project, url, outsider, outsiders_api, viewer
) -> None:
    api.post(f"{url}invitations/", {"email": "Outsider@Example.com", "role": "editor"})
    assert api_of(viewer).get("/api/v1/invitations/").json()["results"] == []
    offer = outsiders_api.get("/api/v1/invitations/").json()["results"][0]
    assert (offer["project"], offer["role"], offer["invited_by"]) == (
        "Handbooks",
        "editor",
        "owner",
    )
    accept = f"/api/v1/invitations/{offer['id']}/accept/"
    assert code(api_of(viewer).post(accept)) == (404, "not_found")
    joined = outsiders_api.post(accept)
    assert (joined.status_code, joined.json()["role"]) == (200, "editor")
    assert outsiders_api.get(url).json()["member_count"] == 4
    assert code(outsiders_api.post(accept)) == (404, "not_found")
    assert api.get(f"{url}invitations/").json()["results"] == []
    with scope(project.owner):
        act = AuditLog.objects.get(action="invitation.accept")
    assert (act.owner_id, act.actor_id) == (project.owner_id, outsider.pk)
    assert "example.com" not in str(act.metadata)


def test_an_unverified_address_is_offered_nothing(api, url, outsider, outsiders_api) -> None:
    api.post(f"{url}invitations/", {"email": "outsider@example.com"})
    outsider.emailaddress_set.update(verified=False)
    assert outsiders_api.get("/api/v1/invitations/").json()["results"] == []
    pk = Invitation.objects.get().pk
    assert code(outsiders_api.post(f"/api/v1/invitations/{pk}/accept/")) == (404, "not_found")


@pytest.mark.parametrize("end", ["declined", "taken back", "expired"])
def test_what_is_declined_taken_back_or_expired_lets_nobody_in(
    api, url, outsiders_api, end
) -> None:
    pk = api.post(f"{url}invitations/", {"email": "outsider@example.com"}).json()["id"]
    if end == "declined":
        assert outsiders_api.post(f"/api/v1/invitations/{pk}/decline/").status_code == 204
    elif end == "taken back":
        assert api.delete(f"{url}invitations/{pk}/").status_code == 204
    else:
        Invitation.objects.update(expires_at="2026-01-01T00:00Z")
        assert api.get(f"{url}invitations/").json()["results"][0]["expired"] is True
    assert code(outsiders_api.post(f"/api/v1/invitations/{pk}/accept/")) == (404, "not_found")
    assert code(outsiders_api.get(url)) == (404, "not_found")


def test_names_nobody_asked_for_are_refused(api, url) -> None:
    for path, body, field in (
        (PROJECTS, {"name": "A", "colour": "red"}, "colour"),
        (PROJECTS, {"name": ""}, "name"),
        (f"{url}invitations/", {"email": "no address"}, "email"),
        (f"{url}invitations/", {"email": "a@example.com", "role": "owner"}, "role"),
    ):
        refused = api.post(path, body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert code(api.delete(f"{url}members/{uuid4()}/")) == (404, "not_found")


def test_the_list_costs_the_same_for_one_project_and_for_many(
    api, owner, django_assert_num_queries, make_user
) -> None:
    share(owner)
    with CaptureQueriesContext(connection) as one:
        api.get(PROJECTS)
    for number in range(3):
        join(share(owner, name=f"Project {number}"), make_user(f"guest{number}"))
    with django_assert_num_queries(len(one)):
        assert len(api.get(PROJECTS).json()["results"]) == 4
