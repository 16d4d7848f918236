"""What is far too much is refused by the real server as a problem, never with a 500."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from accounts import keys
from accounts.tenancy import scope
from tests.web import Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
IDS = [str(uuid4()) for _ in range(10_000)]


@pytest.fixture(scope="module")
def web(services) -> Iterator[Web]:
    server = Web({"KYRO_CHAT_MODEL": "fake"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(owner, web) -> Iterator[httpx.Client]:
    with scope(owner):
        header = {"Authorization": f"Bearer {keys.issue(owner, 'test')[1]}"}
    with httpx.Client(base_url=f"{web.url}/api/v1", headers=header, timeout=30) as session:
        yield session


def is_refused(response: httpx.Response, status: int = 400) -> bool:
    told = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    return (response.status_code, told["status"]) == (status, status)


def get(client: httpx.Client, web: Web, query: str) -> http.client.HTTPResponse:
    """Past httpx, which sends no address as long as these."""
    link = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    header = {"Authorization": client.headers["Authorization"]}
    link.request("GET", f"/api/v1/documents/?{query}", headers=header)
    return link.getresponse()


@pytest.mark.parametrize("name", ["cursor", "limit", "ordering", "status", "type"])
def test_a_query_of_60_kb_that_makes_no_sense_is_400(client, web, name):
    response = get(client, web, f"{name}={'x' * 60_000}")
    assert (response.status, json.load(response)["code"]) == (400, "invalid")


@pytest.mark.parametrize("name", ["q", "tag", "mime_type"])
def test_a_query_of_60_kb_that_names_nothing_finds_nothing(client, web, name):
    response = get(client, web, f"{name}={'x' * 60_000}")
    assert (response.status, json.load(response)["results"]) == (200, [])


def test_a_longer_address_is_refused_by_the_http_server_itself(client, web):
    assert get(client, web, f"q={'x' * 100_000}").status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/documents/bulk/", {"action": "delete", "ids": IDS}),
        ("/search/", {"query": "sky", "document_ids": IDS}),
        ("/chatbots/", {"name": "Bot", "documents": IDS}),
        ("/search/", {"query": "x" * 100_000}),
        ("/documents/", {"text": "x", "tags": ["t"] * 100_000}),
        ("/api-keys/", {"name": "k", "scopes": ["documents:read"] * 100_000 + ["x"]}),
        ("/chatbots/", {"name": "x" * 1_000_000}),
    ],
)
def test_a_body_with_far_too_many_values(client, path, body):
    response = client.post(path, json=body)
    if path == "/documents/":  # the same tag a hundred thousand times is one tag
        assert response.status_code == 202
    else:
        assert is_refused(response)


def test_ten_thousand_levels_deep(client):
    raw = b'{"query": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    response = client.post("/search/", content=raw, headers={"Content-Type": "application/json"})
    assert is_refused(response)


def test_a_body_beyond_the_limit(client):
    body = json.dumps({"text": "x" * 4_200_000}).encode()
    headers = {"Content-Type": "application/json"}
    assert is_refused(client.post("/documents/", content=body, headers=headers), 413)


def test_headers_of_100_kb(client):
    for name in ("Idempotency-Key", "Last-Event-ID", "If-None-Match", "X-Request-ID"):
        response = client.get("/documents/", headers={name: "x" * 60_000})
        assert response.status_code < 500
