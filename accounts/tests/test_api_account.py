"""The person and their keys through the API."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, AuditLog
from accounts.tenancy import scope

pytestmark = pytest.mark.django_db
ME, KEYS = "/api/v1/me/", "/api/v1/api-keys/"


def with_key(user, **options) -> dict[str, str]:
    with scope(user):
        return {"Authorization": f"Bearer {keys.issue(user, 'caller', **options)[1]}"}


def test_me_tells_the_profile_and_what_is_left(api, owner):
    me = api.get(ME).json()
    assert (me["email"], me["tier"], me["timezone"]) == ("owner@example.com", "free", "UTC")
    assert me["limits"]["plan"] == "free"
    assert me["limits"]["tokens_left_today"] == me["limits"]["token_limit_daily"] == 10_000_000


def test_name_time_zone_and_language_can_be_changed(api, owner):
    wanted = {"full_name": "Ada", "timezone": "Europe/Berlin", "locale": "en"}
    assert api.patch(ME, wanted).status_code == 200
    owner.refresh_from_db()
    assert (owner.full_name, owner.timezone) == ("Ada", "Europe/Berlin")


@pytest.mark.parametrize("wrong", [{"timezone": "Mars"}, {"locale": "xx"}, {"tier": "pro"}])
def test_what_is_not_there_cannot_be_chosen(api, owner, wrong):
    assert api.patch(ME, wrong).status_code == 400
    owner.refresh_from_db()
    assert (owner.timezone, owner.locale, owner.tier) == ("UTC", "en", "free")


def test_closing_the_account_ends_keys_and_sessions(api, owner):
    browser = Client()
    browser.force_login(owner)
    assert api.delete(ME).status_code == 204
    assert api.get(ME).status_code == 401
    assert browser.get(ME).status_code == 401
    owner.refresh_from_db()
    assert owner.deleted_at is not None
    with scope(owner):
        assert not ApiKey.objects.exists()
        assert AuditLog.objects.filter(action="account.close").count() == 1


def test_the_secret_is_in_the_answer_to_the_post_alone(api, client):
    made = api.post(KEYS, {"name": "Script"}).json()
    assert made["scopes"] == list(keys.SCOPES)
    assert client.get(ME, headers={"Authorization": f"Bearer {made['key']}"}).status_code == 200
    for later in (api.get(KEYS), api.get(f"{KEYS}{made['id']}/")):
        assert made["key"] not in later.content.decode()


def test_a_revoked_key_stops_at_once(api, client):
    made = api.post(KEYS, {"name": "Script", "scopes": ["account:read"]}).json()
    assert api.delete(f"{KEYS}{made['id']}/").status_code == 204
    assert client.get(ME, headers={"Authorization": f"Bearer {made['key']}"}).status_code == 401


def test_a_key_gives_on_what_it_has_and_no_more(client, owner):
    header = with_key(owner, scopes=["account:write", "search:read"])
    made = client.post(KEYS, {"name": "All it may"}, "application/json", headers=header)
    assert made.json()["scopes"] == ["account:write", "search:read"]
    body = {"name": "More", "scopes": ["documents:write"]}
    refused = client.post(KEYS, body, "application/json", headers=header)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    with scope(owner):
        assert set(ApiKey.objects.values_list("name", flat=True)) == {"caller", "All it may"}


def test_a_key_makes_none_that_outlives_it(client, owner):
    end = timezone.now() + dt.timedelta(hours=1)
    header = with_key(owner, expires_at=end)
    for wanted in ({}, {"expires_at": (end + dt.timedelta(days=9)).isoformat()}):
        body = {"name": "Longer", **wanted}
        made = client.post(KEYS, body, "application/json", headers=header).json()
        assert dt.datetime.fromisoformat(made["expires_at"]) == end


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": ["all"]}, {"expires_at": "2020-01-01T00:00:00Z"}, {"name": ""}, {"prefix": "x"}],
)
def test_a_key_that_makes_no_sense_is_refused(api, owner, wrong):
    assert api.post(KEYS, {"name": "Script", **wrong}).status_code == 400
    with scope(owner):
        assert ApiKey.objects.count() == 1


def test_the_list_of_keys_costs_the_same_whatever_its_length(api, owner, django_assert_num_queries):
    api.get(KEYS)
    with scope(owner):
        for number in range(4):
            keys.issue(owner, f"key {number}")
    with django_assert_num_queries(7):
        assert len(api.get(KEYS).json()["results"]) == 5
