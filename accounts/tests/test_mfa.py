"""The second factor: asked for at every door, its codes good for once, and limits on guessing."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts import keys
from accounts.audit import AuditLog
from accounts.models import KeptEmail, User
from accounts.tenancy import scope

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"
CODE_PAGE = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def fresh_limits(settings) -> None:
    settings.EMAIL_BACKEND = "accounts.mail.KeptEmailBackend"
    cache.clear()  # django-allauth counts attempts there


@pytest.fixture
def staff(make_user) -> User:
    return make_user("staff", is_staff=True, is_superuser=True)


def sign_in(client: Client, user: User, password: str = PASSWORD, to: str = ""):
    return client.post(LOGIN, {"login": user.email, "password": password, "next": to})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code(secret: str) -> str:
    """What the app shows now, with time enough to type it."""
    left = 30 - time.time() % 30
    if left < 3:
        time.sleep(left)
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def confirm(client: Client, path: str) -> None:
    """The password once more, before what changes how the account is reached."""
    response = client.post(f"/accounts/reauthenticate/?next={path}", {"password": PASSWORD})
    assert response.status_code == 302


def enrol(client: Client, user: User) -> str:
    """Through the pages, as a person does; returns the secret that the app would hold."""
    sign_in(client, user)
    confirm(client, "/accounts/2fa/totp/activate/")
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    cache.clear()  # the code just used is remembered there, and tests are faster than clocks
    return secret


def recovery_codes(user: User) -> list[str]:
    held = Authenticator.objects.get(user=user, type="recovery_codes")
    return held.wrap().get_unused_codes()


def acts(user: User) -> list[str]:
    with scope(user):
        return list(AuditLog.objects.order_by("created_at").values_list("action", flat=True))


# -- Enrolling ------------------------------------------------------------------------------


def test_enrolling_asks_for_the_password_first(client, owner):
    sign_in(client, owner)
    response = client.get("/accounts/2fa/totp/activate/")
    assert response["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.django_db(transaction=True)
def test_enrolling_is_noted_and_mailed_and_its_secret_is_encrypted(client, owner):
    secret = enrol(client, owner)
    held = Authenticator.objects.get(user=owner, type="totp")
    assert secret not in str(held.data)
    assert len(recovery_codes(owner)) == 10
    assert acts(owner).count("account.second_factor_add") == 2  # the app and the recovery codes
    mail = KeptEmail.objects.get()
    assert (mail.subject, mail.to) == ("Two-factor authentication is on", owner.email)
    assert "/settings/security/" in mail.body


def test_the_wrong_first_code_turns_nothing_on(client, owner):
    sign_in(client, owner)
    confirm(client, "/accounts/2fa/totp/activate/")
    client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert not Authenticator.objects.exists()


# -- Signing in -----------------------------------------------------------------------------


def test_the_password_alone_lets_nobody_in_who_is_enrolled(owner):
    secret = enrol(Client(), owner)
    client = Client()
    assert sign_in(client, owner)["Location"] == CODE_PAGE
    assert not is_signed_in(client)
    assert client.get("/home/")["Location"].startswith(LOGIN)
    client.post(CODE_PAGE, {"code": code(secret)})
    assert is_signed_in(client)


def test_a_code_works_once(owner):
    secret = enrol(Client(), owner)
    now = code(secret)
    for expected in (True, False):
        client = Client()
        sign_in(client, owner)
        client.post(CODE_PAGE, {"code": now})
        assert is_signed_in(client) is expected


def test_a_recovery_code_works_once(owner):
    enrol(Client(), owner)
    spare = recovery_codes(owner)[0]
    for expected in (True, False):
        client = Client()
        sign_in(client, owner)
        client.post(CODE_PAGE, {"code": spare})
        assert is_signed_in(client) is expected
    assert len(recovery_codes(owner)) == 9


def test_guessing_codes_is_stopped_even_for_the_right_one(owner):
    secret = enrol(Client(), owner)
    client = Client()
    sign_in(client, owner)
    for _ in range(5):
        client.post(CODE_PAGE, {"code": "000000"})
    client.post(CODE_PAGE, {"code": code(secret)})
    assert not is_signed_in(client)
    assert acts(owner).count("account.second_factor_refused") == 5


def test_a_reset_password_does_not_get_past_the_second_factor(owner):
    enrol(Client(), owner)
    client = Client()
    client.post("/accounts/password/reset/", {"email": owner.email})
    mail = KeptEmail.objects.get(subject="Choose a new KyroChat password")
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", mail.body).group(1)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "another horse staple"
    client.post(form, {"password1": new, "password2": new})
    assert not is_signed_in(client)
    assert sign_in(client, owner, new)["Location"] == CODE_PAGE
    assert client.get("/home/")["Location"].startswith(LOGIN)


def test_rotated_encryption_keys_keep_app_and_recovery_codes(owner, settings, capsys):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    secret = enrol(Client(), owner)
    spare = recovery_codes(owner)[0]
    settings.CREDENTIAL_KEYS = [new, old]
    call_command("rotate_credential_keys")
    assert "2 second factors are encrypted" in capsys.readouterr().out
    settings.CREDENTIAL_KEYS = [new]
    for way in (code(secret), spare):
        client = Client()
        sign_in(client, owner)
        client.post(CODE_PAGE, {"code": way})
        assert is_signed_in(client)


def test_a_factor_that_no_key_opens_lets_nobody_in(owner, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    secret = enrol(Client(), owner)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    client = Client()
    sign_in(client, owner)
    assert client.post(CODE_PAGE, {"code": code(secret)}).status_code == 200
    assert not is_signed_in(client)


# -- Turning it off -------------------------------------------------------------------------


def test_turning_it_off_asks_who_it_is(owner):
    secret = enrol(Client(), owner)
    client = Client()
    sign_in(client, owner)
    client.post(CODE_PAGE, {"code": code(secret)})
    for ask in (client.get, client.post):
        response = ask("/accounts/2fa/totp/deactivate/")
        assert response["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=owner, type="totp").exists()
    confirm(client, "/accounts/2fa/totp/deactivate/")
    client.get("/accounts/2fa/totp/deactivate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=owner).exists()  # the codes went along
    assert "account.second_factor_remove" in acts(owner)


def test_recovery_codes_are_shown_after_a_password_alone(owner):
    secret = enrol(Client(), owner)
    client = Client()
    sign_in(client, owner)
    client.post(CODE_PAGE, {"code": code(secret)})
    for path in ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/download/"):
        assert client.get(path)["Location"].startswith("/accounts/reauthenticate/")
    confirm(client, "/accounts/2fa/recovery-codes/")
    for path in ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/download/"):
        assert recovery_codes(owner)[0] in client.get(path).content.decode()


# -- The administration ----------------------------------------------------------------------


def test_the_administration_signs_in_where_everybody_does(client, staff):
    response = client.get("/admin/login/?next=/admin/")
    assert response["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert sign_in(client, staff, to="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_signing_in_does_not_lead_to_another_host(client, staff):
    door = client.get("/admin/login/?next=https://evil.example/")["Location"]
    form = {"login": staff.email, "password": PASSWORD}
    assert client.post(door, form, follow=True).redirect_chain[-1][0] == "/admin/"
    client.logout()
    assert sign_in(client, staff, to="https://evil.example/")["Location"] == "/home/"


def test_wrong_passwords_of_staff_are_limited(client, staff):
    for _ in range(5):
        sign_in(client, staff, "wrong", to="/admin/")
    sign_in(client, staff, to="/admin/")
    assert not is_signed_in(client)


def test_the_limit_follows_the_address_the_proxy_saw(client, make_user, settings):
    settings.PROXY_COUNT = 1
    people = [make_user(f"person{number}") for number in range(11)]
    for person in people[:10]:
        client.post(
            LOGIN,
            {"login": person.email, "password": "wrong"},
            headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"},
        )
    form = {"login": people[10].email, "password": PASSWORD}
    client.post(LOGIN, form, headers={"X-Forwarded-For": "203.0.113.10, 198.51.100.7"})
    assert not is_signed_in(client)  # what the client claims of itself changes nothing
    client.post(LOGIN, form, headers={"X-Forwarded-For": "198.51.100.8"})
    assert is_signed_in(client)


def test_enrolled_staff_do_not_reach_the_administration_by_password(staff):
    secret = enrol(Client(), staff)
    client = Client()
    assert sign_in(client, staff, to="/admin/")["Location"].startswith(CODE_PAGE)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    response = client.post(CODE_PAGE, {"code": code(secret)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_session_from_before_enrolling_is_asked_for_the_code(staff):
    older, client = Client(), Client()
    sign_in(older, staff)
    assert older.get("/admin/").status_code == 200
    secret = enrol(client, staff)
    response = older.get("/admin/documents/document/?q=a")
    assert response["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Fadmin%2F")
    shown = older.post(response["Location"], {"code": code(secret)})
    assert shown["Location"] == "/admin/documents/document/?q=a"
    assert older.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_staff_can_be_made_to_enrol(client, staff, owner, settings):
    settings.REQUIRE_STAFF_MFA = True
    sign_in(client, staff)
    assert client.get("/admin/")["Location"] == "/settings/security/"
    assert client.post("/admin/logout/")["Location"] == "/settings/security/"
    enrol(client, staff)
    assert client.get("/admin/").status_code == 200
    everybody = Client()
    sign_in(everybody, owner)
    assert everybody.get("/home/").status_code == 200


# -- Sessions and keys -----------------------------------------------------------------------


def test_other_sessions_end_on_request(owner):
    here, there = Client(), Client()
    sign_in(here, owner)
    sign_in(there, owner)
    assert here.get("/accounts/sessions/").context["session_count"] == 2
    here.post("/accounts/sessions/")
    assert there.get("/home/")["Location"].startswith(LOGIN)
    assert here.get("/home/").status_code == 200


def test_a_session_is_listed_by_the_browsers_name(client, owner):
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    form = {"login": owner.email, "password": PASSWORD}
    client.post(LOGIN, form, headers={"User-Agent": firefox})
    assert "Firefox on Windows" in client.get("/accounts/sessions/").content.decode()


def test_another_persons_security_key_is_neither_renamed_nor_removed(client, owner, outsider):
    key = Authenticator.objects.create(user=outsider, type="webauthn", data={"name": "Blue"})
    sign_in(client, owner)
    confirm(client, "/settings/security/")
    for act in ("edit", "remove"):
        path = f"/accounts/2fa/webauthn/keys/{key.pk}/{act}/"
        assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert Authenticator.objects.get().data == {"name": "Blue"}


@pytest.mark.parametrize("revoke", [True, False])
def test_a_new_password_takes_the_keys_along_only_if_asked(client, owner, revoke):
    with scope(owner):
        _key, secret = keys.issue(owner, "script")
    sign_in(client, owner)
    new = "another horse staple"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", form | ({"revoke_keys": "on"} if revoke else {}))
    assert User.objects.get().check_password(new)
    assert (keys.find(secret) is None) == revoke
    body = KeptEmail.objects.get(subject="Your KyroChat password was changed").body
    assert "API keys are apart from the password" in body


def test_a_reset_can_take_the_keys_along(client, owner):
    with scope(owner):
        _key, secret = keys.issue(owner, "script")
    client.post("/accounts/password/reset/", {"email": owner.email})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", KeptEmail.objects.get().body)
    form = client.get(link.group(1), follow=True).redirect_chain[-1][0]
    new = "another horse staple"
    client.post(form, {"password1": new, "password2": new, "revoke_keys": "on"})
    assert keys.find(secret) is None
    assert "api_key.revoke" in acts(owner)


def test_all_keys_are_revoked_after_the_password_once_more(client, owner):
    with scope(owner):
        secrets = [keys.issue(owner, name)[1] for name in ("one", "two")]
    sign_in(client, owner)
    path = "/settings/security/revoke-keys/"
    assert client.post(path)["Location"].startswith("/accounts/reauthenticate/")
    assert all(keys.find(secret) for secret in secrets)
    confirm(client, path)
    client.post(path)
    assert [keys.find(secret) for secret in secrets] == [None, None]


def test_too_many_resets_are_refused_on_a_page_of_ours(client, owner):
    for _ in range(20):
        client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    page = client.post("/accounts/password/reset/", {"email": owner.email})
    assert (page.status_code, "Too many attempts" in page.content.decode()) == (429, True)


@pytest.mark.django_db(transaction=True)
def test_staff_can_take_a_lost_second_factor_away_and_the_person_is_told(client, staff, owner):
    enrol(Client(), owner)
    sign_in(client, staff)
    picked = {"action": "take_second_factor", "_selected_action": str(owner.pk)}
    client.post("/admin/accounts/user/", picked)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert sign_in(Client(), owner)["Location"] == "/home/"
    mail = KeptEmail.objects.get(subject="Two-factor authentication was turned off")
    assert mail.to == owner.email
    with scope(owner):
        assert AuditLog.objects.get(action="account.second_factor_reset").actor_id == staff.pk
