"""Sign-up, verification by code, sign-in and reset through the pages people use."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as live_settings
from django.core.cache import cache

from accounts import invitations
from accounts.audit import AuditLog
from accounts.models import Invitation, KeptEmail, User
from accounts.tenancy import scope
from billing.models import Subscription

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def mail(settings) -> None:
    settings.EMAIL_BACKEND = "accounts.mail.KeptEmailBackend"
    cache.clear()  # django-allauth counts attempts there


def sign_up(client, email: str = "ann@example.com"):
    return client.post("/accounts/signup/", {"email": email, "password1": PASSWORD})


def code_of(mail: KeptEmail) -> str:
    return mail.subject.split()[0]


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_sign_up_takes_the_code_from_the_mail_and_signs_in(client):
    assert sign_up(client)["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    kept = KeptEmail.objects.get()
    assert kept.to == "ann@example.com"
    client.post("/accounts/confirm-email/", {"code": code_of(kept)})
    ann = User.objects.get()
    assert is_signed_in(client)
    assert ann.emailaddress_set.get().verified
    with scope(ann):
        assert Subscription.objects.get().plan.name == "free"
        acts = AuditLog.objects.order_by("created_at").values_list("action", flat=True)
        assert list(acts) == ["account.sign_up", "account.sign_in"]


def test_a_wrong_code_lets_nobody_in(client):
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": "WRONG1"})
    assert not is_signed_in(client)
    assert not User.objects.get().emailaddress_set.get().verified


def test_an_unverified_person_cannot_sign_in(client):
    sign_up(client)
    client.session.flush()
    client.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD})
    assert not is_signed_in(client)


def test_sign_up_with_a_taken_address_does_not_tell(client, owner):
    assert sign_up(client, owner.email)["Location"] == "/accounts/confirm-email/"
    assert User.objects.count() == 1
    assert not is_signed_in(client)


def test_closed_sign_up_makes_nobody(client, settings):
    settings.SIGNUP = "closed"
    page = client.get("/accounts/signup/")
    assert "account/signup_closed.html" in [template.name for template in page.templates]
    sign_up(client)
    assert not User.objects.exists()


def test_without_an_invitation_invited_sign_up_makes_nobody(client, settings):
    settings.SIGNUP = "invite"
    sign_up(client)
    assert not User.objects.exists()


def follow(client, email: str) -> Invitation:
    invitation, link = invitations.invite(email)
    client.get(link.removeprefix(live_settings.BASE_URL))
    return invitation


def test_an_invitation_is_for_its_address_and_for_once(client, settings):
    settings.SIGNUP = "invite"
    invitation = follow(client, "ann@example.com")
    sign_up(client, "bob@example.com")
    assert not User.objects.exists()
    sign_up(client, "Ann@example.com")
    invitation.refresh_from_db()
    assert User.objects.get().email == "ann@example.com"
    assert invitation.accepted_at is not None
    client.session.flush()
    assert not invitation.is_open


def test_an_invitation_is_not_carried_to_another_address(client, settings):
    settings.SIGNUP = "invite"
    follow(client, "ann@example.com")
    sign_up(client, "ann@example.com")
    change = {"action": "change", "email": "eve@example.com"}
    page = client.post("/accounts/confirm-email/", change)
    assert "This invitation is for another email address." in page.content.decode()
    assert User.objects.get().email == "ann@example.com"
    assert KeptEmail.objects.get().to == "ann@example.com"


def test_an_invitation_nobody_gave_is_not_remembered(client):
    client.get("/settings/invitation/made-up/")
    assert "sessionid" not in client.cookies


def test_an_old_invitation_opens_nothing(client, settings):
    settings.SIGNUP = "invite"
    invitation = follow(client, "ann@example.com")
    Invitation.objects.update(expires_at=invitation.created_at)
    sign_up(client, "ann@example.com")
    assert not User.objects.exists()


def test_a_forgotten_password_is_reset_by_the_link_in_the_mail(client, owner):
    client.post("/accounts/password/reset/", {"email": owner.email})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", KeptEmail.objects.get().body)
    form = client.get(link.group(1), follow=True).redirect_chain[-1][0]
    new = "another horse staple"
    client.post(form, {"password1": new, "password2": new})
    client.post("/accounts/login/", {"login": owner.email, "password": new})
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_mail_names_our_address_whatever_host_was_asked(client, owner, settings, email):
    settings.BASE_URL = "https://chat.example.com"
    client.post("/accounts/password/reset/", {"email": email}, headers={"Host": "localhost:6666"})
    body = KeptEmail.objects.get().body
    assert "https://chat.example.com/accounts/" in body
    assert "localhost" not in body


def test_a_reset_for_an_unknown_address_looks_the_same(client):
    response = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert response["Location"] == "/accounts/password/reset/done/"


def test_only_the_administrator_reads_kept_mail(client, owner, make_user):
    sign_up(client)
    client.session.flush()
    staff = make_user("staff", is_staff=True)
    administrator = make_user("administrator", is_staff=True, is_superuser=True)
    answers = {}
    for person in (owner, staff, administrator):
        client.force_login(person)
        answers[person.username] = client.get("/admin/accounts/keptemail/").status_code
    assert answers == {"owner": 302, "staff": 403, "administrator": 200}
