"""One's own provider keys through the API, tried at a server of one's own."""

from __future__ import annotations

import pytest

from accounts import keys, provider_keys
from accounts.credentials import ProviderCredential, accounts_of
from accounts.models import AuditLog
from accounts.tenancy import scope
from providers import registry
from providers.account import Account
from tests.own_server import KEY

pytestmark = pytest.mark.django_db
CREDENTIALS = "/api/v1/provider-credentials/"


@pytest.fixture
def body(own_server) -> dict[str, str]:
    return {"provider": "openai", "secret": KEY, "base_url": own_server.base_url}


def detail(made: dict) -> str:
    return f"{CREDENTIALS}{made['id']}/"


def kept(owner) -> list[tuple[str, bool]]:
    with scope(owner):
        return list(ProviderCredential.objects.values_list("hint", "is_active"))


def test_a_key_that_works_is_kept_and_never_told_again(api, owner, body):
    answer = api.post(CREDENTIALS, {**body, "label": "My server"})
    assert answer.status_code == 201
    made = answer.json()
    assert {name: made[name] for name in ("provider", "label", "hint", "is_active")} == {
        "provider": "openai", "label": "My server", "hint": "4711", "is_active": True,
    }  # fmt: skip
    assert (made["last_error"], made["base_url"]) == ("", body["base_url"])
    assert made["checked_at"]
    for shown in (answer, api.get(CREDENTIALS), api.get(detail(made))):
        assert KEY not in shown.content.decode()
        assert "secret" not in shown.json()
    with scope(owner):
        assert KEY not in str(ProviderCredential.objects.values())
        assert accounts_of(owner.pk) == {
            "openai": Account("openai", KEY, body["base_url"], guarded=True)
        }


def test_a_refused_key_is_not_kept_and_not_repeated(api, owner, body, caplog):
    refused = api.post(CREDENTIALS, {**body, "secret": "sk-mistyped-secret"})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (400, "key_refused")
    assert problem["errors"] == {"secret": [problem["detail"]]}
    assert problem["detail"] == "The model provider refused your key. Check it in your settings."
    assert "mistyped" not in refused.content.decode() + caplog.text
    assert kept(owner) == []


def test_a_provider_that_does_not_answer_leaves_everything_as_it_was(api, owner, body, own_server):
    refused = api.post(CREDENTIALS, {"provider": "openai", "secret": KEY})  # the vendor's own host
    assert (refused.status_code, refused.json()["code"]) == (400, "provider_unreachable")
    assert refused.json()["detail"].endswith("Nothing was saved.")
    assert kept(owner) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/v1", "address_refused"),
        ("http://169.254.169.254/latest/", "address_refused"),
        ("http://[::1]/v1", "address_refused"),
        ("https://8.8.8.8:8443/v1", "address_refused"),
        ("https://me:secret@example.com/v1", "address_refused"),
        ("ftp://example.com", "address_invalid"),
        ("https://example.com/v1?key=x", "address_invalid"),
    ],
)
def test_a_base_url_that_leads_inside_is_refused_unasked(api, owner, own_server, url, code):
    refused = api.post(CREDENTIALS, {"provider": "openai", "secret": KEY, "base_url": url})
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert list(refused.json()["errors"]) == ["base_url"]
    assert kept(owner) == []
    assert own_server.requests == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("provider", "mistral"),
        ("secret", ""),
        ("secret", "two words"),
        ("secret", "a\r\nX-Injected: 1"),
        ("secret", "ключ"),
        ("secret", "x" * 501),
        ("label", "x" * 101),
        ("hint", "4711"),
        ("is_active", False),
    ],
)
def test_what_does_not_fit_names_its_field(api, owner, body, own_server, field, wrong):
    refused = api.post(CREDENTIALS, {**body, field: wrong})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert own_server.requests == []
    assert kept(owner) == []


def test_a_new_key_takes_the_place_of_the_one_in_use(api, owner, body, own_server):
    first = api.post(CREDENTIALS, body).json()
    own_server.key = "sk-the-second-key-0815"
    api.post(CREDENTIALS, {**body, "secret": own_server.key})
    assert kept(owner) == [("0815", True), ("4711", False)]
    assert api.patch(detail(first), {"is_active": True}).json()["is_active"] is True
    assert kept(owner) == [("0815", False), ("4711", True)]


def test_a_replaced_key_is_tried_at_the_same_server_first(api, owner, body, own_server):
    made = api.post(CREDENTIALS, body).json()
    refused = api.patch(detail(made), {"secret": "sk-wrong-one-0000", "label": "Not kept"})
    assert (refused.status_code, refused.json()["code"]) == (400, "key_refused")
    assert api.get(detail(made)).json() == made
    own_server.key = "sk-the-new-key-0815"
    changed = api.patch(detail(made), {"secret": own_server.key, "label": "New"}).json()
    assert (changed["hint"], changed["label"], changed["is_active"]) == ("0815", "New", True)


def test_a_key_cannot_be_moved_to_another_server(api, owner, body, own_server):
    made = api.post(CREDENTIALS, body).json()
    own_server.requests.clear()
    for change in ({"base_url": "https://example.com/v1"}, {"provider": "gemini"}):
        assert api.patch(detail(made), change).status_code == 400
    assert own_server.requests == []
    assert api.get(detail(made)).json() == made


def test_a_test_tells_how_it_went(api, owner, body, own_server):
    made = api.post(CREDENTIALS, body).json()
    own_server.key = "sk-revoked-meanwhile"
    failed = api.post(f"{detail(made)}test/")
    assert failed.status_code == 200
    assert failed.json()["last_error"] == (
        "The model provider refused your key. Check it in your settings."
    )
    own_server.key = KEY
    assert api.post(f"{detail(made)}test/").json()["last_error"] == ""


def test_a_test_while_the_provider_is_down_says_that(api, owner, own_server):
    credential = ProviderCredential(owner=owner, provider="openai")  # at the vendor's own host
    credential.keep(KEY)
    with scope(owner):
        credential.save()
    told = api.post(f"{CREDENTIALS}{credential.pk}/test/").json()
    assert told["last_error"] == "The model provider cannot be reached. Try again later."


def test_a_key_that_can_no_longer_be_opened_says_so(api, owner, body, own_server, settings):
    made = api.post(CREDENTIALS, body).json()
    settings.SECRET_KEY = "after a restore without its secrets"
    api.force_authenticate(owner)
    own_server.requests.clear()
    told = api.post(f"{detail(made)}test/").json()
    assert told["last_error"] == "This key can no longer be read. Save it again."
    assert own_server.requests == []


def test_a_removed_key_is_gone(api, owner, body):
    made = api.post(CREDENTIALS, body).json()
    assert api.delete(detail(made)).status_code == 204
    assert kept(owner) == []
    assert api.get(detail(made)).status_code == 404


def test_there_is_a_limit(api, owner, body, monkeypatch):
    monkeypatch.setattr(provider_keys, "LIMIT", 2)
    for _number in range(2):
        assert api.post(CREDENTIALS, body).status_code == 201
    refused = api.post(CREDENTIALS, body)
    assert (refused.status_code, refused.json()["code"]) == (400, "too_many_keys")
    assert len(kept(owner)) == 2


def test_every_act_is_noted_without_the_secret(api, owner, body):
    made = api.post(CREDENTIALS, {**body, "label": "Mine"}).json()
    api.patch(detail(made), {"secret": KEY})
    api.patch(detail(made), {"label": "Renamed"})
    api.post(f"{detail(made)}test/")
    api.delete(detail(made))
    with scope(owner):
        noted = AuditLog.objects.filter(resource_id=made["id"]).order_by("created_at", "id")
        assert [row.action for row in noted] == [
            f"credential.{act}" for act in ("create", "replace", "update", "test", "remove")
        ]
        assert noted[0].metadata == {"provider": "openai", "label": "Mine"}
        assert "4711" not in str(list(AuditLog.objects.values()))


def test_a_strangers_key_is_as_one_that_does_not_exist(outsiders_api, api, owner, body):
    made = api.post(CREDENTIALS, body).json()
    nobody = f"{CREDENTIALS}01a20000-0000-7000-8000-000000000000/"
    for act, rest in (("get", ""), ("patch", ""), ("delete", ""), ("post", "test/")):
        theirs = getattr(outsiders_api, act)(f"{detail(made)}{rest}", {})
        none = getattr(outsiders_api, act)(f"{nobody}{rest}", {})
        assert (theirs.status_code, theirs.json()) == (404, none.json())
    assert api.get(detail(made)).json() == made


def test_a_key_of_ours_needs_the_scope(client, owner, body):
    with scope(owner):
        secret = keys.issue(owner, "reader", scopes=["account:read"])[1]
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get(CREDENTIALS, headers=header).status_code == 200
    refused = client.post(CREDENTIALS, body, "application/json", headers=header)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert kept(owner) == []


def test_the_same_request_twice_adds_one_key(api, owner, body, own_server):
    header = {"Idempotency-Key": "add-once"}
    first = api.post(CREDENTIALS, body, headers=header)
    again = api.post(CREDENTIALS, body, headers=header)
    assert (first.json(), again.status_code) == (again.json(), 201)
    assert again["Idempotency-Replayed"] == "true"
    assert len(kept(owner)) == 1
    assert len(own_server.requests) == 1


def test_two_at_once_both_ask_and_one_adds_the_key(api, owner, body, monkeypatch):
    header = {"Idempotency-Key": "add-once"}
    second = []

    def ask(account):
        if not second:  # the first still waits for its provider
            second.append(None)
            second[0] = api.post(CREDENTIALS, body, headers=header)
        return []

    monkeypatch.setattr(registry, "check", ask)
    first = api.post(CREDENTIALS, body, headers=header)
    assert (first.status_code, first.json()) == (201, second[0].json())
    assert first["Idempotency-Replayed"] == "true"
    assert len(kept(owner)) == 1


def test_nobody_is_asked_inside_a_transaction(owner, body, own_server):
    with scope(owner), pytest.raises(RuntimeError, match="inside a transaction"):
        provider_keys.tried(**body)
    assert own_server.requests == []


def test_the_list_costs_the_same_whatever_its_length(api, owner, django_assert_num_queries):
    def add(count: int) -> None:
        with scope(owner):
            for _number in range(count):
                credential = ProviderCredential(owner=owner, provider="openai", is_active=False)
                credential.keep(KEY)
                credential.save()

    add(1)
    api.get(CREDENTIALS)
    with django_assert_num_queries(7):
        api.get(CREDENTIALS)
    add(9)
    with django_assert_num_queries(7):
        assert len(api.get(CREDENTIALS).json()["results"]) == 10
