"""A key limited to one chatbot opens that chatbot and nothing else, at every address."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import keys
from accounts.keys import SCOPES
from accounts.models import ApiKey
from accounts.sharing.changing import create_project
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from tests.isolation.api_doors import API_DOORS
from tests.isolation.doors import Door, code_of
from tests.isolation.world import World, make_world, snapshot
from tests.test_isolation import committed_rows, content, is_let_in, settled, untouched

__all__ = ["committed_rows", "untouched"]
pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
# What such a key may do, as far as its scopes go. Everything else is 403 for it.
OPENED = {
    ("api-chatbots-list", "GET"),
    ("api-chatbots-detail", "GET"),
    ("api-chatbots-versions", "GET"),
    ("api-chatbots-version", "GET"),
    ("api-search", "POST"),
    ("api-search-explain", "POST"),
    ("api-search-log", "GET"),
    ("api-conversations-list", "GET"),
    ("api-conversations-list", "POST"),
    ("api-conversations-detail", "GET"),
    ("api-conversations-detail", "PATCH"),
    ("api-conversations-detail", "DELETE"),
    ("api-conversations-export", "GET"),
    ("api-conversation-messages", "GET"),
    ("api-conversation-messages", "POST"),
    ("api-message", "GET"),
    ("api-message-events", "GET"),
    ("api-message-regenerate", "POST"),
    ("api-message-stop", "POST"),
    ("api-message-continue", "POST"),
    ("api-message-feedback", "GET"),
    ("api-message-feedback", "POST"),
    ("api-message-feedback", "DELETE"),
    ("api-conversation-feedback", "GET"),
    ("api-conversation-feedback", "POST"),
    ("api-conversation-feedback", "DELETE"),
    ("api-conversation-attachments", "GET"),
    ("api-conversation-attachments", "POST"),
    ("api-conversation-attachment", "GET"),
    ("api-conversation-attachment", "DELETE"),
    ("api-conversation-share", "GET"),
    ("api-conversation-share", "POST"),
    ("api-conversation-share-link", "DELETE"),
    ("openai-completions", "POST"),
    ("openai-models", "GET"),
    ("openai-model", "GET"),
}


@pytest.fixture
def owner() -> World:
    return make_world(f"finch{uuid4().hex[:12]}")


def client_of(owner: World, chatbot: UUID) -> Client:
    with scope(owner.user):
        key = keys.issue(owner.user, "for the test", scopes=list(SCOPES), chatbot_id=chatbot)
    return Client(headers={"Authorization": f"Bearer {key[1]}"})


def knock(door: Door, client: Client, owner: World) -> HttpResponse:
    address = door.address(owner)
    if door.method == "GET":
        response = client.get(address, door.query(owner))
    else:
        response = getattr(client, door.method.lower())(
            address, door.body(owner), "application/json"
        )
    response.shown = content(response)
    return response


@pytest.mark.parametrize("door", API_DOORS, ids=str)
def test_the_key_of_one_chatbot_opens_its_doors_alone(
    door: Door, untouched: dict[str, list[Any]]
) -> None:
    owner, before = untouched["owners"].pop() if untouched["owners"] else settled()
    response = knock(door, client_of(owner, owner.chatbot), owner)
    is_opened, is_unchanged = (door.url, door.method) in OPENED, snapshot(owner) == before
    if is_opened:
        assert is_let_in(response), response.shown
    else:
        assert (response.status_code, code_of(response)) == (403, "key_limited")
        assert is_unchanged
    if is_unchanged and (door.method == "GET" or not is_opened):
        untouched["owners"].append((owner, before))


@pytest.mark.parametrize("door", API_DOORS, ids=str)
def test_the_key_of_another_chatbot_finds_and_changes_nothing(
    door: Door, untouched: dict[str, list[Any]]
) -> None:
    """Not its conversations, not what it has read: as if they were somebody else's."""
    owner, other, before = untouched["others"].pop() if untouched["others"] else with_another()
    response = knock(door, client_of(owner, other), owner)
    if (door.url, door.method) not in OPENED:
        assert response.status_code == 403
    elif door.blind:
        sent = str(door.body(owner)) + str(door.query(owner))
        assert [t for t in owner.traces if t in response.shown and t not in sent] == []
    else:
        assert response.status_code == 404
        assert code_of(response) in {"not_found", "model_not_found"}
    is_search = door.blind and door.method == "POST" and "search" in door.url
    ignored = {"SearchLog"} if is_search else set()  # it was searched, as the other chatbot
    after = snapshot(owner)
    assert {name for name in after if after[name] != before[name]} <= ignored
    if after == before:
        untouched["others"].append((owner, other, before))


def with_another() -> tuple[World, UUID, dict[str, Any]]:
    """An owner with a chatbot more, which has read nothing."""
    owner = make_world(f"finch{uuid4().hex[:12]}")
    with scope(owner.user):
        other = Chatbot.objects.create(owner=owner.user, name="Other", reads_library=False)
    return owner, other.pk, snapshot(owner)


def test_a_key_limited_to_what_is_gone_opens_nothing(owner: World) -> None:
    client = client_of(owner, uuid4())
    assert client.get(reverse("api-chatbots-list")).json()["results"] == []
    client = project_client(owner, uuid4())
    for url in ("api-chatbots-list", "api-documents-list", "api-projects-list"):
        assert client.get(reverse(url)).json()["results"] == []


def project_client(owner: World, project: UUID) -> Client:
    with scope(owner.user):
        key = keys.issue(owner.user, "for the test", scopes=list(SCOPES), project_id=project)
    return Client(headers={"Authorization": f"Bearer {key[1]}"})


IN_PROJECT = [
    *("api-projects-list", "api-projects-detail", "api-project-documents", "api-project-chatbots"),
    *("api-documents-list", "api-documents-detail", "api-documents-text", "api-documents-chunks"),
    *("api-chunks-detail", "api-chatbots-list", "api-chatbots-detail", "api-message"),
    *("api-conversations-list", "api-conversations-detail", "api-conversation-messages"),
]
CLOSED = [
    *(
        "api-me",
        "api-keys-list",
        "api-credentials-list",
        "api-audit",
        "api-usage",
        "api-uploads-list",
    ),
    *("api-web-sources-list", "api-project-members", "api-project-invitations", "api-search-log"),
    "api-invitations-list",
    *("api-plans", "api-credit-packs", "api-subscription", "api-credits", "api-invoices"),
    *("api-invoice", "api-usage-daily", "api-usage-alerts"),
]


def reading(urls: list[str]) -> list[Door]:
    doors = {door.url: door for door in reversed(API_DOORS) if door.method == "GET"}
    return [doors[url] for url in urls]


def test_the_key_of_a_project_opens_what_is_in_it_alone(owner: World) -> None:
    with scope(owner.user):
        other = create_project(owner.user, "Another")
    inside, outside = (project_client(owner, pk) for pk in (owner.project, other.pk))
    for door in reading(IN_PROJECT):
        assert (str(door), knock(door, inside, owner).status_code) == (str(door), 200)
        elsewhere = knock(door, outside, owner)
        shown = elsewhere.shown.replace(owner.user.full_name, "")  # whose project it is
        assert [trace for trace in owner.traces if trace in shown] == []
        assert elsewhere.status_code == (404 if door.names_rows_in("path") else 200), door
    for door in reading(CLOSED):
        refused = knock(door, inside, owner)
        assert (refused.status_code, refused.json()["code"]) == (403, "key_limited"), door


def test_the_key_of_a_project_adds_to_it_and_searches_it(owner: World) -> None:
    client = project_client(owner, owner.project)

    def post(url: str, **body: Any) -> HttpResponse:
        return client.post(reverse(url), body, "application/json")

    with scope(owner.user):
        other = create_project(owner.user, "Another")
    added = post("api-documents-list", text="Shared words.")
    listed = client.get(reverse("api-project-documents", args=[owner.project]))
    assert added.json()["id"] in [row["id"] for row in listed.json()["results"]]
    assert post("api-documents-list", text="More.", project=str(other.pk)).status_code == 404
    found = post("api-search", query="sings")
    assert [row["document_id"] for row in found.json()["results"]] == [str(owner.document)]
    assert post("api-search", query="sings", project=str(other.pk)).status_code == 404
    assert post("api-search", query="sings", chatbot=owner.slug).status_code == 200


def test_search_reads_with_the_chatbots_eyes_unless_told_otherwise(owner: World) -> None:
    client = client_of(owner, owner.chatbot)

    def search(**wanted: Any) -> HttpResponse:
        return client.post(reverse("api-search"), {"query": "sings", **wanted}, "application/json")

    assert [row["document_id"] for row in search().json()["results"]] == [str(owner.document)]
    assert search(document_ids=[str(owner.waiting)]).status_code == 404
    assert search(chatbot=owner.slug).status_code == 200
    assert search(chatbot=str(uuid4())).status_code == 404


@pytest.fixture
def api(owner: World) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {owner.secret(*SCOPES)}")
    return client


def test_a_limited_key_is_made_by_the_api_and_begins_conversations(owner, api) -> None:
    made = api.post("/api/v1/api-keys/", {"name": "Widget", "chatbot": str(owner.chatbot)})
    assert (made.status_code, made.json()["chatbot"]) == (201, str(owner.chatbot))
    limited = APIClient()
    limited.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['key']}")
    begun = limited.post("/api/v1/conversations/", {"chatbot": owner.slug})
    asked = limited.post(
        f"/api/v1/conversations/{begun.json()['id']}/messages/", {"content": "Who sings?"}
    )
    assert (begun.status_code, asked.status_code) == (201, 201)
    with scope(owner.user):
        Conversation.objects.get(pk=begun.json()["id"], chatbot_id=owner.chatbot)
        assert Message.objects.get(pk=asked.json()["id"]).status == "complete"


def test_no_key_is_made_for_a_chatbot_that_is_not_ones_own(owner, api) -> None:
    stranger = make_world(f"raven{uuid4().hex[:12]}")
    for chatbot in (uuid4(), stranger.chatbot):
        refused = api.post("/api/v1/api-keys/", {"name": "No", "chatbot": str(chatbot)})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    with scope(owner.user):
        assert not ApiKey.objects.filter(name="No").exists()


def test_a_key_for_one_project_makes_no_chatbot_in_another(owner) -> None:
    with scope(owner.user):
        here, there = (create_project(owner.user, name) for name in ("Here", "There"))
        _key, secret = keys.issue(owner.user, "Here", project_id=here.pk)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    refused, made = (
        client.post(f"/api/v1/projects/{project.pk}/chatbots/", {"name": "New"})
        for project in (there, here)
    )
    assert (refused.status_code, made.status_code) == (404, 201)
    with scope(owner.user):
        assert list(Chatbot.objects.filter(name="New").values_list("project", flat=True)) == [
            here.pk
        ]


def test_the_page_makes_and_shows_a_limited_key(owner) -> None:
    browser = Client()
    browser.force_login(owner.user)
    form = {"name": "Widget", "lifetime": "30", "scopes": ["search:read"]}
    page = browser.post("/settings/keys/", {**form, "limit": f"chatbot:{owner.chatbot}"})
    assert f"only with {owner.word} bot" in page.content.decode()
    assert keys.find(page.context["secret"]).chatbot_id == owner.chatbot
    refused = browser.post("/settings/keys/", {**form, "limit": f"chatbot:{uuid4()}"})
    assert list(refused.context["form"].errors) == ["limit"]
