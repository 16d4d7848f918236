"""The audit log through the API: one's own acts, narrowed and in pages."""

import pytest
from django.test import Client

from accounts import audit
from accounts.tenancy import scope
from chatbots.models import Chatbot

pytestmark = pytest.mark.django_db
AUDIT = "/api/v1/audit/"


@pytest.fixture
def chatbot(owner, outsider) -> Chatbot:
    for person in (outsider, owner):
        with scope(person):
            chatbot = Chatbot.objects.create(owner=person, name="Sky")
            for act in ("chatbot.create", "chatbot.update", "test.other"):
                resource = None if act == "test.other" else chatbot
                audit.record(act, actor=person, resource=resource, metadata={"name": "Sky"})
    return chatbot


def acts(api, query: str = "") -> list[str]:
    return [row["action"] for row in api.get(f"{AUDIT}{query}").json()["results"]]


def test_ones_own_acts_are_listed_newest_first(api, chatbot, owner):
    rows = api.get(AUDIT).json()["results"]
    assert [row["action"] for row in rows] == [
        "test.other", "chatbot.update", "chatbot.create", "api_key.create",
    ]  # fmt: skip
    assert {row["actor_id"] for row in rows} == {str(owner.pk)}
    assert (rows[1]["resource_type"], rows[1]["resource_id"]) == ("chatbot", str(chatbot.pk))
    assert rows[1]["metadata"] == {"name": "Sky"}
    assert [row["previous_digest"] for row in rows[:-1]] == [row["digest"] for row in rows[1:]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?action=chatbot.update", ["chatbot.update"]),
        ("?resource=chatbot", ["chatbot.update", "chatbot.create"]),
        ("?resource=chatbot&action=test.other", []),
        ("?from=2200-01-01", []),
        ("?to=2001-01-01", []),
        ("?from=2001-01-01&to=2200-01-01&limit=1", ["test.other"]),
        ("?ordering=created_at&limit=1", ["api_key.create"]),
    ],
)
def test_the_log_is_narrowed(api, chatbot, query, found):
    assert acts(api, query) == found


def test_acts_on_one_object_are_found(api, chatbot):
    assert acts(api, f"?resource_id={chatbot.pk}") == ["chatbot.update", "chatbot.create"]


def test_a_page_leads_to_the_next(api, chatbot):
    first = api.get(f"{AUDIT}?limit=3").json()
    assert [row["action"] for row in api.get(first["next"]).json()["results"]] == ["api_key.create"]


@pytest.mark.parametrize("query", ["?from=yesterday", "?to=2026-13-01", "?resource_id=1"])
def test_a_wrong_filter_is_400(api, query):
    assert api.get(f"{AUDIT}{query}").status_code == 400


def test_a_stranger_sees_nothing():
    assert Client().get(AUDIT).status_code == 401
