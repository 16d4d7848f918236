"""Guessing passwords ends soon for who guesses, and in time for all of them together."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from redis import Redis

from accounts.adapter import AccountAdapter

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "correct horse battery", "wrong horse battery"


def sign_in(client, email: str, password: str, address: str) -> str:
    values = {"login": email, "password": password}
    return client.post("/accounts/login/", values, REMOTE_ADDR=address).content.decode()


@pytest.fixture
def email(make_user) -> str:
    return make_user(f"guessed-{uuid4().hex}").email  # what is counted outlives the test


@pytest.fixture
def address() -> str:
    """Of a network of its own: of IPv6 a /64 counts as one address."""
    number = uuid4().hex
    return f"2001:db8:{number[:4]}:{number[4:8]}::1"


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client, email, address):
    counted = len(Redis.from_url(settings.RATES_URL).keys("*allauth*"))
    for _ in range(5):
        assert "not correct" in sign_in(client, email, WRONG, address)
    assert "Too many failed" in sign_in(client, email, RIGHT, address)
    assert "_auth_user_id" not in client.session
    assert len(Redis.from_url(settings.RATES_URL).keys("*allauth*")) > counted


def test_a_stranger_guessing_does_not_keep_the_owner_out(client, email, address):
    for _ in range(6):
        stranger = sign_in(client, email, WRONG, address)
    assert "Too many failed" in stranger
    sign_in(client, email, RIGHT, "192.0.2.99")
    assert "_auth_user_id" in client.session


def test_guessing_from_everywhere_ends_after_a_hundred_within_an_hour(client, email):
    for number in range(100):
        assert "not correct" in sign_in(client, email, WRONG, f"198.51.100.{number}")
    assert "Too many failed" in sign_in(client, email, RIGHT, "192.0.2.100")
    assert "_auth_user_id" not in client.session


def test_right_passwords_are_not_counted_against_the_account(client, email):
    for number in range(101):
        sign_in(client, email, RIGHT, f"203.0.113.{number}")
        assert "_auth_user_id" in client.session
        client.logout()


def test_a_new_password_by_mail_opens_the_account_again(rf, email):
    request = rf.post("/accounts/login/")
    adapter = AccountAdapter(request)
    for number in range(100):
        request.META["REMOTE_ADDR"] = f"198.51.100.{number}"
        adapter.pre_authenticate(request, email=email)
    request.META["REMOTE_ADDR"] = "192.0.2.101"
    with pytest.raises(ValidationError):
        adapter.pre_authenticate(request, email=email)
    adapter._delete_login_attempts_cached_email(request, email=email)
    adapter.pre_authenticate(request, email=email)


def test_one_address_asks_for_few_new_passwords(client, make_user):
    address = f"2001:db8::{uuid4().hex[:4]}"
    seen = [
        client.post(
            "/accounts/password/reset/", {"email": f"{uuid4().hex}@example.com"},
            REMOTE_ADDR=address,
        ).status_code
        for _ in range(21)
    ]  # fmt: skip
    assert seen == [302] * 20 + [429]
