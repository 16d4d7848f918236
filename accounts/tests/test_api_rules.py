"""What every endpoint has in common: callers, errors, bodies, pages."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, User
from accounts.tenancy import scope
from documents.models import Document

pytestmark = pytest.mark.django_db
DOCUMENTS = "/api/v1/documents/"
NOT_FOUND = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is nothing here.",
    "code": "not_found",
}


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return body["status"], body["code"]


@pytest.fixture
def documents(owner):
    with scope(owner):
        return [
            Document.objects.create(
                owner=owner, name=f"{n}.txt", file=f"{n}", file_size=n + 1, content_hash=str(n)
            )
            for n in range(5)
        ]


def test_without_a_key_the_answer_is_401_and_names_the_scheme(client):
    response = client.get(DOCUMENTS)
    assert problem(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("secret", ["kyro_mistyped", "", "x" * 5000])
def test_a_key_that_is_none_is_401_even_beside_a_session(client, owner, secret):
    client.force_login(owner)
    response = client.get(DOCUMENTS, headers={"Authorization": f"Bearer {secret}"})
    assert problem(response) == (401, "invalid_key")


def test_keys_that_ended_open_nothing(client, owner):
    with scope(owner):
        past = timezone.now() - dt.timedelta(minutes=1)
        secret = keys.issue(owner, "ended", expires_at=past)[1]
        other, second = keys.issue(owner, "off")
        ApiKey.objects.filter(pk=other.pk).update(is_active=False)
    for old in (secret, second):
        response = client.get(DOCUMENTS, headers={"Authorization": f"Bearer {old}"})
        assert problem(response) == (401, "invalid_key")


def test_the_key_of_a_person_who_left_opens_nothing(api, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert problem(api.get(DOCUMENTS)) == (401, "invalid_key")


def test_a_key_without_the_scope_is_told_which_one_it_lacks(client, owner):
    with scope(owner):
        _key, secret = keys.issue(owner, "reads", scopes=["documents:read"])
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get(DOCUMENTS, headers=header).status_code == 200
    response = client.post(DOCUMENTS, {}, "application/json", headers=header)
    assert problem(response) == (403, "scope_missing")
    assert response.json()["scope"] == "documents:write"


def test_a_browser_needs_its_csrf_token_to_change_something(owner):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.get(DOCUMENTS).status_code == 200
    refused = browser.patch("/api/v1/me/", {"full_name": "New"}, "application/json")
    assert problem(refused) == (403, "csrf_failed")
    browser.get(reverse("accounts:profile"))
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    changed = browser.patch("/api/v1/me/", {"full_name": "New"}, "application/json", headers=token)
    assert (changed.status_code, changed.json()["full_name"]) == (200, "New")


def test_missing_foreign_and_malformed_ids_are_the_same_404(api, outsiders_api, documents):
    foreign = outsiders_api.get(f"{DOCUMENTS}{documents[0].pk}/")
    missing = api.get(f"{DOCUMENTS}01a20000-0000-7000-8000-000000000000/")
    malformed = api.get(f"{DOCUMENTS}17/")
    assert foreign.json() == missing.json() == malformed.json() == NOT_FOUND


def test_an_unknown_field_is_refused_and_nothing_is_done(api, documents):
    response = api.patch(f"{DOCUMENTS}{documents[0].pk}/", {"title": "New", "colour": 1, "id": 1})
    assert problem(response) == (400, "invalid")
    assert response.json()["errors"] == {
        "colour": ["There is no such field."],
        "id": ["This field cannot be set."],
    }
    assert api.get(f"{DOCUMENTS}{documents[0].pk}/").json()["title"] == ""


def test_nested_errors_are_told_by_path(api):
    response = api.post("/api/v1/search/", {"query": "x", "document_ids": ["a", "b"]})
    assert sorted(response.json()["errors"]) == ["document_ids.0", "document_ids.1"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'"text"', b"[]", b"\xff", b'{"text": NaN}', b'{"text": "\\ud800"}', b"[" * 90_000],
)
def test_a_body_that_is_no_object_is_400(api, body):
    response = api.generic("POST", DOCUMENTS, body, content_type="application/json")
    assert problem(response)[0] == 400


def test_a_json_body_beyond_the_limit_is_413(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert problem(api.post(DOCUMENTS, {"text": "x" * 1000})) == (413, "too_large")


def test_other_media_types_are_415_and_other_methods_405(api):
    response = api.generic("POST", DOCUMENTS, b"a=1", content_type="text/plain")
    assert problem(response) == (415, "unsupported_media_type")
    assert problem(api.put(DOCUMENTS, {})) == (405, "method_not_allowed")
    assert problem(api.options(DOCUMENTS)) == (405, "method_not_allowed")


def test_what_a_client_accepts_changes_nothing(api):
    response = api.get(
        DOCUMENTS, headers={"Accept": "text/event-stream"}, query_params={"format": "x"}
    )
    assert response["Content-Type"] == "application/json"


def names(response) -> list[str]:
    return [row["name"][0] for row in response.json()["results"]]


def test_pages_lead_forth_and_back(api, documents):
    first = api.get(f"{DOCUMENTS}?limit=2")
    second = api.get(first.json()["next"])
    third = api.get(second.json()["next"])
    assert [names(first), names(second), names(third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert (first.json()["previous"], third.json()["next"]) == (None, None)
    assert names(api.get(third.json()["previous"])) == ["2", "1"]
    assert names(api.get(second.json()["previous"])) == ["4", "3"]


def test_a_page_skips_nothing_when_rows_come_and_go(api, documents, owner):
    following = api.get(f"{DOCUMENTS}?limit=2").json()["next"]
    with scope(owner):
        documents[4].delete()
        Document.objects.create(owner=owner, name="new", file="n", file_size=1, content_hash="n")
    assert names(api.get(following)) == ["2", "1"]


def test_equal_values_are_told_apart_by_id(api, documents, owner):
    with scope(owner):
        Document.objects.update(created_at=timezone.now(), name="same")
    seen, url = [], f"{DOCUMENTS}?limit=2&ordering=name"
    while url:
        page = api.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert sorted(seen) == sorted(str(document.pk) for document in documents)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=-1", "limit=²", "limit=1e9", "limit=" + "9" * 5000,
     "cursor=", "cursor=abc", "cursor=é:a:b", "ordering=owner", "ordering=", "status=lost"],
)  # fmt: skip
def test_a_wrong_page_or_filter_is_400(api, query):
    assert problem(api.get(f"{DOCUMENTS}?{query}")) == (400, "invalid")


def test_a_cursor_belongs_to_its_ordering(api, documents):
    cursor = api.get(f"{DOCUMENTS}?limit=2").json()["next"]
    assert problem(api.get(f"{cursor}&ordering=name")) == (400, "invalid")


def test_the_docs_page_allows_its_own_scripts_alone(client):
    response = client.get("/api/docs/")
    policy = response["Content-Security-Policy"]
    assert b"<script>" not in response.content
    assert {"script-src 'self'", "style-src 'self' 'unsafe-inline'"} <= set(policy.split("; "))
    assert "unsafe-inline" not in client.get("/")["Content-Security-Policy"]


def test_the_allow_header_names_what_really_answers(api):
    refused = api.options("/api/v1/me/")
    assert refused.status_code == 405
    assert "OPTIONS" not in refused.headers["Allow"]
    assert "GET" in refused.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"text": a}', "The body is not valid JSON. See line 1, column 10."),
        (b'{"text": "\xff"}', "The body is not valid JSON in UTF-8, or it nests too deep."),
        (b"[" * 100_000, "The body is not valid JSON in UTF-8, or it nests too deep."),
        (b'{"text": NaN}', "The body is not valid JSON in UTF-8, or it nests too deep."),
    ],
)
def test_a_body_that_is_no_json_is_told_in_a_sentence(api, body, detail):
    response = api.post(DOCUMENTS, body, content_type="application/json")
    assert (problem(response), response.json()["detail"]) == ((400, "malformed"), detail)
