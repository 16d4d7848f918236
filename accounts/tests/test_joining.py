"""From the mail to the project: links, sign-up in its three settings, and who is turned away."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.delivery import PendingTask
from accounts.models import Invitation, Project, User
from accounts.sharing import inviting
from accounts.tasks import mail_invitations
from accounts.tenancy import scope, system
from billing.models import Plan
from tests.sharing import join, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(owner) -> Project:
    with system():
        Plan.objects.update(member_limit=None)
    return share(owner)


def link_for(project: Project, email: str, role: str = "viewer") -> str:
    """Of the mail that a worker sends."""
    with scope(project.owner):
        inviting.invite(project, email, role, actor=project.owner)
    mail_invitations()
    found = re.search(r"https?://[^/]+(/projects/join/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def roles(project: Project) -> dict[str, str]:
    with scope(project.owner):
        return dict(project.members.values_list("user__username", "role"))


def test_the_mail_names_inviter_project_and_role_and_nothing_keeps_its_link(project) -> None:
    path = link_for(project, "new@example.com", "editor")
    letter = mail.outbox[0]
    assert letter.subject == "owner shares the project “Handbooks” with you"
    assert letter.to == ["new@example.com"]
    assert "ask its chatbots and change both" in letter.body
    with system():
        assert PendingTask.objects.filter(kind=inviting.MAIL).count() == 0
        rows = str(list(Invitation.objects.values()))
    assert path.split("/")[-2] not in rows


def test_who_is_invited_joins_by_the_link(project, outsider) -> None:
    client = signed_in(outsider)
    path = link_for(project, "outsider@example.com", "editor")
    offer = Invitation.objects.get()
    assert "Join “Handbooks”?" in client.get(path).content.decode()
    joined = client.post(f"/projects/offers/{offer.pk}/accept/")
    assert joined["Location"] == f"/projects/{project.pk}/"
    assert client.get(joined["Location"]).status_code == 200
    assert roles(project) == {"owner": "owner", "outsider": "editor"}
    assert client.get(path).status_code == 404


def test_somebody_else_with_the_link_is_told_and_does_not_join(project, make_user) -> None:
    path = link_for(project, "outsider@example.com")
    other = signed_in(make_user("other"))
    page = other.get(path).content.decode()
    assert "was sent to another address" in page
    assert "outsider@example.com" not in page
    refused = other.post(f"/projects/offers/{Invitation.objects.get().pk}/accept/")
    assert (refused.status_code, roles(project)) == (404, {"owner": "owner"})


def test_a_link_sent_again_replaces_the_one_before(project, outsider) -> None:
    old, new = (link_for(project, "outsider@example.com") for _ in range(2))
    client = signed_in(outsider)
    assert [client.get(path).status_code for path in (old, new)] == [404, 200]


@pytest.mark.parametrize(
    ("signup", "offers"), [("open", True), ("invite", True), ("closed", False)]
)
def test_signed_out_one_signs_in_or_up_where_that_is_open(
    project, settings, signup, offers
) -> None:
    settings.SIGNUP = signup
    path = link_for(project, "new@example.com")
    client = Client()
    page = client.get(path).content.decode()
    assert f"/accounts/login/?next={path.replace('/', '%2F')}" in page
    assert ("/accounts/signup/?next=" in page) is offers
    assert ("made by the administrator" in page) is not offers


def test_an_invitation_into_a_project_opens_sign_up_for_its_address_alone(
    project, settings
) -> None:
    settings.SIGNUP = "invite"
    client = Client()
    client.get(link_for(project, "new@example.com"))
    form = {"password1": "correct horse battery"}
    client.post("/accounts/signup/", {**form, "email": "other@example.com"})
    assert not User.objects.filter(email="other@example.com").exists()
    client.post("/accounts/signup/", {**form, "email": "new@example.com"})
    new = User.objects.get(email="new@example.com")
    assert Invitation.objects.get().is_open  # joining is asked for once they are in
    assert "You are invited" not in signed_in(new).get("/projects/").content.decode()
    new.emailaddress_set.update(verified=True)
    assert "You are invited" in signed_in(new).get("/projects/").content.decode()


def test_a_declined_invitation_is_gone_for_both(project, outsider, owner) -> None:
    link_for(project, "outsider@example.com")
    pk = Invitation.objects.get().pk
    signed_in(outsider).post(f"/projects/offers/{pk}/decline/")
    assert Invitation.objects.count() == 0
    page = signed_in(owner).get(f"/projects/{project.pk}/people/").content.decode()
    assert "outsider@example.com" not in page


def test_the_pages_of_a_project_for_each_of_its_people(
    project, owner, make_user, make_document
) -> None:
    editor, viewer, outsider = (make_user(name) for name in ("editor", "viewer", "stranger"))
    document = make_document(owner, "The finch sings.", "finch.txt")
    other = share(owner, document, name="Birds", editor=editor, viewer=viewer)
    base = f"/projects/{other.pk}/"
    seen = {
        name: [signed_in(user).get(f"{base}{tab}").status_code for tab in TABS]
        for name, user in (("o", owner), ("e", editor), ("v", viewer), ("s", outsider))
    }
    assert seen == {
        "o": [200, 200, 200, 200, 200],
        "e": [200, 200, 200, 403, 403],
        "v": [200, 200, 200, 403, 403],
        "s": [404] * 5,
    }
    listed = signed_in(viewer).get("/projects/").content.decode()
    assert "Shared by owner" in listed
    found = signed_in(viewer).get(f"/documents/search/?project={other.pk}&q=sings")
    assert "finch.txt" in found.content.decode()
    assert signed_in(outsider).get(f"/documents/search/?project={other.pk}").status_code == 404


TABS = ("", "chatbots/", "people/", "settings/", "delete/")


def test_pages_invite_change_roles_remove_archive_and_delete(project, owner, outsider) -> None:
    client, base = signed_in(owner), f"/projects/{project.pk}/"
    client.post(f"{base}people/", {"email": "outsider@example.com", "role": "viewer"})
    invitation = Invitation.objects.get()
    assert client.post(f"{base}invitations/{invitation.pk}/resend/").status_code == 302
    signed_in(outsider).post(f"/projects/offers/{invitation.pk}/accept/")
    with scope(owner):
        member = project.members.get(user=outsider)
    client.post(f"{base}people/{member.pk}/role/", {"role": "editor"})
    assert roles(project)["outsider"] == "editor"
    assert "Remove outsider?" in client.get(f"{base}people/{member.pk}/remove/").content.decode()
    leaving = signed_in(outsider).get(f"{base}people/{member.pk}/remove/").content.decode()
    assert "Leave Handbooks?" in leaving
    client.post(f"{base}people/{member.pk}/remove/")
    assert roles(project) == {"owner": "owner"}
    client.post(f"{base}settings/", {"name": "Manuals", "description": "", "archive": "yes"})
    with scope(owner):
        project.refresh_from_db()
    assert (project.name, project.is_archived) == ("Handbooks", True)
    client.post(f"{base}delete/")
    with scope(owner):
        assert not Project.objects.exists()


# -- Room in the plan -----------------------------------------------------------------------------


def test_an_invitation_that_has_expired_keeps_no_place(project, api) -> None:
    """Sent again while others are in, it is one person more."""
    link_for(project, "first@example.com")
    Invitation.objects.update(expires_at=timezone.now())
    with system():
        Plan.objects.update(member_limit=1)
    link_for(project, "second@example.com")
    body = {"email": "first@example.com", "role": "viewer"}
    again = api.post(f"/api/v1/projects/{project.pk}/invitations/", body)
    assert (again.status_code, again.json()["limit"]) == (402, "member_limit")


def test_on_a_smaller_plan_nobody_joins_and_nobody_leaves(project, outsider, make_user) -> None:
    link_for(project, "outsider@example.com")
    offer, client = Invitation.objects.get(), signed_in(outsider)
    join(project, make_user("member"))
    with system():
        Plan.objects.update(member_limit=1)
    told = client.post(f"/projects/offers/{offer.pk}/accept/", follow=True).content.decode()
    assert "has room for 1 person, and that place is taken" in told
    assert set(roles(project)) == {"owner", "member"}
    with system():
        Plan.objects.update(member_limit=2)
    client.post(f"/projects/offers/{offer.pk}/accept/")
    assert set(roles(project)) == {"owner", "member", "outsider"}
