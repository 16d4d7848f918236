"""Guessing passwords ends soon: by account, wherever it comes from, counted in Valkey."""

from uuid import uuid4

import pytest
from django.conf import settings
from redis import Redis

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "correct horse battery", "wrong horse battery"


def sign_in(client, email: str, password: str, address: str) -> str:
    values = {"login": email, "password": password}
    return client.post("/accounts/login/", values, REMOTE_ADDR=address).content.decode()


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client, make_user):
    email = make_user(f"guessed-{uuid4().hex}").email  # what is counted outlives the test
    counted = len(Redis.from_url(settings.RATES_URL).keys("*allauth*"))
    for number in range(5):
        assert "not correct" in sign_in(client, email, WRONG, f"192.0.2.{number}")
    assert "Too many failed" in sign_in(client, email, RIGHT, "192.0.2.99")
    assert "_auth_user_id" not in client.session
    assert len(Redis.from_url(settings.RATES_URL).keys("*allauth*")) > counted


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
