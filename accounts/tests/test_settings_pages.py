"""Profile, API keys and usage: one's own, and nobody else's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import keys
from accounts.audit import AuditLog
from accounts.models import ApiKey
from accounts.tenancy import scope

pytestmark = pytest.mark.django_db
KEYS = "/settings/keys/"


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


def make_key(owner, name: str = "script") -> tuple[ApiKey, str]:
    with scope(owner):
        return keys.issue(owner, name)


@pytest.mark.parametrize("path", ["/settings/", KEYS, "/settings/usage/"])
def test_strangers_are_asked_to_sign_in(client, path):
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_the_profile_is_saved(signed_in, owner):
    values = {"full_name": "Ann Smith", "timezone": "Asia/Bangkok", "locale": "en"}
    signed_in.post("/settings/", values)
    owner.refresh_from_db()
    assert (owner.full_name, owner.timezone) == ("Ann Smith", "Asia/Bangkok")


def test_an_unknown_time_zone_is_refused(signed_in, owner):
    page = signed_in.post("/settings/", {"full_name": "", "timezone": "Mars/X", "locale": "en"})
    assert "timezone" in page.context["form"].errors
    owner.refresh_from_db()
    assert owner.timezone == "UTC"


def test_a_new_key_shows_its_secret_once(signed_in, owner):
    form = {"name": "script", "lifetime": "30", "scopes": ["search:read", "usage:read"]}
    page = signed_in.post(KEYS, form)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    key = keys.find(secret)
    assert key.scopes == ["search:read", "usage:read"]
    assert (key.expires_at - key.created_at).days in {29, 30}
    assert secret not in signed_in.get(KEYS).content.decode()


def test_a_key_that_may_do_nothing_is_not_made(signed_in, owner):
    page = signed_in.post(KEYS, {"name": "script", "lifetime": "30"})
    assert page.context["form"].errors["scopes"] == [
        "Choose at least one. A key that may do nothing is no use."
    ]
    with scope(owner):
        assert not ApiKey.objects.exists()


def test_revoking_asks_first_and_ends_the_key(signed_in, owner):
    key, secret = make_key(owner)
    path = reverse("accounts:revoke_key", args=[key.pk])
    assert "Revoke the key script?" in signed_in.get(path).content.decode()
    assert keys.find(secret)
    signed_in.post(path)
    assert keys.find(secret) is None
    with scope(owner):
        assert AuditLog.objects.filter(action="api_key.revoke", resource_id=key.pk).exists()


def test_another_persons_keys_are_neither_seen_nor_revoked(client, owner, outsider):
    key, secret = make_key(owner)
    client.force_login(outsider)
    assert key.prefix not in client.get(KEYS).content.decode()
    path = reverse("accounts:revoke_key", args=[key.pk])
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert keys.find(secret).user == owner


def test_the_list_of_keys_takes_the_same_queries_however_long(
    signed_in, owner, django_assert_num_queries
):
    for number in range(3):
        make_key(owner, f"key {number}")
    signed_in.get(KEYS)  # reads what the plan includes, which is known from then on
    with django_assert_num_queries(11):
        signed_in.get(KEYS)
    for number in range(20):
        make_key(owner, f"more {number}")
    with django_assert_num_queries(11):
        signed_in.get(KEYS)


def test_usage_shows_todays_numbers(signed_in, owner, make_document):
    make_document(owner)
    page = signed_in.get("/settings/usage/")
    assert page.context["today"].documents_uploaded == 1
    assert [row["model"] for row in page.context["figures"]["by_model"]] == ["fake"]
