"""What OpenAI's protocol allows and a chatbot does not do is refused plainly, in its words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation

pytestmark = pytest.mark.django_db
BASE = "/api/openai/v1"
URL = f"{BASE}/chat/completions"
ASKED = [{"role": "user", "content": "Who sings?"}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
CALLING = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function"}]}
LONG = {"role": "system", "content": "x" * 20_001}


@pytest.fixture
def colours(owner) -> Chatbot:
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours", slug="colours")


def one(**message: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Hi", **message}]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "messages"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, "messages"),
        ({"messages": [*ASKED, {"role": "tool", "content": "4"}]}, "messages[1].role"),
        ({"messages": [CALLING, *ASKED]}, "messages[0].tool_calls"),
        ({"messages": [LONG, *ASKED]}, "messages[0].content"),
        ({"messages": [{"role": "system", "content": "x" * 15_000}] * 2 + ASKED}, "messages"),
        ({"messages": ASKED * 1_001}, "messages"),
        (one(content=" \n"), "messages[0].content"),
        (one(content=None), "messages[0].content"),
        (one(content=5), "messages[0].content"),
        (one(content=[IMAGE]), "messages[0].content"),
        (one(content=[{"type": "text"}]), "messages[0].content"),
        (one(content="nul\u0000"), "messages[0].content"),
        (one(content="x" * 20_001), "messages[0].content"),
        ({"temperature": 2.5}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": "many"}, "max_completion_tokens"),
        ({"stream": "perhaps"}, "stream"),
        ({"stream_options": []}, "stream_options"),
        ({"n": 2}, "n"),
        ({"stop": ["\n"]}, "stop"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"model": None}, "model"),
        ({"model": "x" * 121}, "model"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_right_is_400_and_named(api, owner, colours, fields, param):
    refused = api.post(URL, {"model": colours.slug, "messages": ASKED, **fields})
    error = refused.json()["error"]
    assert (refused.status_code, error["param"]) == (400, param)
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid")
    assert error["message"].startswith(f"{param}: ")
    with scope(owner):
        assert Conversation.objects.count() == 0


def test_a_reason_says_what_can_be_done(api, colours):
    refused = api.post(URL, {"model": colours.slug, "messages": ASKED, "tools": [{}]})
    assert refused.json()["error"]["message"] == (
        "tools: The chatbot's own tools run on the server; others cannot be handed in."
    )


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [("", 401, "invalid_api_key"), ("Bearer kyro_wrong", 401, "invalid_api_key")],
)
def test_nobody_is_let_in_without_a_key_of_ours(colours, header, status, code):
    client = APIClient(headers={"Authorization": header} if header else {})
    refused = client.post(URL, {"model": colours.slug, "messages": ASKED})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (status, "Bearer")
    assert (refused.json()["error"]["type"], refused.json()["error"]["code"]) == (
        "authentication_error",
        code,
    )


def test_a_signed_in_browser_is_no_key(owner, colours):
    browser = Client()
    browser.force_login(owner)
    assert browser.get(f"{BASE}/models").status_code == 401
    refused = browser.post(URL, {"model": colours.slug, "messages": ASKED}, "application/json")
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/nothing/here", 404, "not_found"),
        ("get", "/models/nobody", 404, "model_not_found"),
        ("get", "/models/%00", 404, "model_not_found"),
        ("get", "/chat/completions", 405, "method_not_allowed"),
        ("delete", "/models/nobody", 405, "method_not_allowed"),
    ],
)
def test_errors_before_and_around_the_views_have_the_same_shape(api, method, path, status, code):
    refused = getattr(api, method)(f"{BASE}{path}")
    assert (refused.status_code, refused["Content-Type"]) == (status, "application/json")
    assert refused.json()["error"]["code"] == code
    assert set(refused.json()["error"]) == {"message", "type", "param", "code"}


def test_asking_too_often_is_a_429_that_says_when_to_come_back(api, settings, colours):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "answers": 0}
    refused = api.post(URL, {"model": colours.slug, "messages": ASKED})
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Limit"] == "0"


def test_malformed_and_foreign_bodies_are_told_in_the_same_shape(api):
    broken = api.generic("POST", URL, b"{", content_type="application/json")
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "malformed")
    form = api.generic("POST", URL, b"a=b", content_type="application/x-www-form-urlencoded")
    assert (form.status_code, form.json()["error"]["type"]) == (415, "invalid_request_error")


def test_models_are_the_active_chatbots_one_may_ask(api, outsiders_api, owner, colours):
    with scope(owner):
        Chatbot.objects.create(owner=owner, name="Asleep", is_active=False)
    model = {
        "id": "colours",
        "object": "model",
        "created": int(colours.created_at.timestamp()),
        "owned_by": "kyrochat",
        "name": "Colours",
    }
    assert api.get(f"{BASE}/models").json() == {"object": "list", "data": [model]}
    assert api.get(f"{BASE}/models/colours").json() == model
    assert outsiders_api.get(f"{BASE}/models").json() == {"object": "list", "data": []}
    refused = outsiders_api.get(f"{BASE}/models/colours")
    assert (refused.status_code, refused.json()) == (
        404,
        outsiders_api.get(f"{BASE}/models/nobody").json(),
    )
