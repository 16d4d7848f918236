"""The bench by API: every figure of a search, and the log of what was searched for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import keys
from accounts.tenancy import scope
from documents.models import SearchLog
from documents.retrieval import Parameters, SearchScope, retrieve
from providers import registry
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db
EXPLAIN, LOG = "/api/v1/search/explain/", "/api/v1/search/log/"


@pytest.fixture
def library(owner, make_document):
    return [
        make_document(owner, "The sky is blue.", "sky.txt"),
        make_document(owner, "The sea is green.", "sea.txt"),
        make_document(owner, "Grass grows at night.", "grass.txt"),
    ]


@pytest.fixture
def chatbot(api, library) -> dict:
    settings = {"top_k": 1, "search_mode": "text", "system_prompt": "Speak like a captain."}
    made = api.post("/api/v1/chatbots/", {"name": "Colours", **settings})
    assert made.status_code == 201
    return made.json()


def explained(response) -> dict:
    assert response.status_code == 200, response.content
    return response.json()


def logged(owner) -> list[SearchLog]:
    with scope(owner):
        return list(SearchLog.objects.for_user(owner).newest_first())


def test_every_candidate_is_told_with_its_figures(api, owner, library):
    told = explained(api.post(EXPLAIN, {"query": "blue sky", "top_k": 2}))
    found = retrieve(SearchScope(owner.pk), "blue sky", Parameters(top_k=2))
    first = told["candidates"][0]
    best = found.passages[0]
    assert {name: first[name] for name in ("document_name", "rank", "place", "left_out")} == {
        "document_name": "sky.txt",
        "rank": 1,
        "place": 1,
        "left_out": "",
    }
    assert (first["near_rank"], first["matching_rank"], first["fused_rank"]) == (1, 1, 1)
    assert (first["similarity"], first["lexical"]) == (best.similarity, best.lexical)
    assert first["fused_score"] == first["score"] == round(best.score, 6)
    assert first["rerank_score"] is None
    places = [(one["place"], one["left_out"]) for one in told["candidates"]]
    assert places == [(1, ""), (2, ""), (None, "number")]
    assert told["parameters"] == Parameters(top_k=2).as_json()
    assert {"embedding", "database"} <= told["ms"].keys()


def test_what_is_below_the_minimum_is_told_apart(api, library):
    told = explained(api.post(EXPLAIN, {"query": "blue sky", "minimum": 1}))
    assert [one["left_out"] for one in told["candidates"]] == ["", "minimum", "minimum"]


def test_a_reranker_s_order_is_final(api, library):
    models = {"chat_model": "fake", "embedding_model": "fake", "rerank_model": "fake"}
    registry.configure(registry.ProviderSettings(**models))
    told = explained(api.post(EXPLAIN, {"query": "grass blue"}))
    scores = [one["rerank_score"] for one in told["candidates"]]
    assert scores == sorted(scores, reverse=True)
    assert sorted(one["fused_rank"] for one in told["candidates"]) == [1, 2, 3]


def test_a_chatbot_gives_its_settings_and_its_prompt(api, chatbot):
    told = explained(api.post(EXPLAIN, {"query": "blue sky", "chatbot": chatbot["slug"]}))
    assert (told["parameters"]["mode"], told["parameters"]["top_k"]) == ("text", 1)
    system, question = told["prompt"]["messages"]
    assert system["content"].startswith("Speak like a captain.")
    assert "The sky is blue." in system["content"]
    assert question == {"role": "user", "content": "blue sky"}
    assert told["prompt"]["tokens"] > 50
    other = {"query": "blue sky", "chatbot": chatbot["id"], "mode": "hybrid"}
    told = explained(api.post(EXPLAIN, other))
    assert (told["parameters"]["mode"], told["parameters"]["top_k"]) == ("hybrid", 1)


@pytest.mark.parametrize(
    "wrong",
    [{"query": " "}, {"meaning": 2}, {"minimum": "NaN"}, {"depth": 5}, {"top_k": 51},
     {"mode": "magic"}, {"rerank_model": "openai/gone"}, {"weight": 1}],
    ids=str,
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_not_logged(api, owner, library, wrong):
    refused = api.post(EXPLAIN, {"query": "blue", **wrong})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert list(refused.json()["errors"]) == list(wrong)
    assert logged(owner) == []


def test_an_embedder_that_is_down_is_told(api, owner, library):
    down = ProviderError("No embedder today.", code="embedder_down", permanent=True)
    registry.embedder().failures.extend([down, down])
    told = explained(api.post(EXPLAIN, {"query": "blue"}))
    assert told["without_vectors"] == "No embedder today."
    refused = api.post(EXPLAIN, {"query": "blue", "mode": "vector"})
    assert (refused.status_code, refused.json()["code"]) == (503, "embedder_down")
    assert len(logged(owner)) == 1


def test_others_find_nothing_and_strangers_are_sent_away(outsiders_api, chatbot, owner):
    refused = outsiders_api.post(EXPLAIN, {"query": "blue", "chatbot": chatbot["id"]})
    assert refused.status_code == 404
    assert explained(outsiders_api.post(EXPLAIN, {"query": "blue"}))["candidates"] == []
    assert APIClient().post(EXPLAIN, {"query": "blue"}).status_code == 401
    assert APIClient().get(LOG).status_code == 401
    assert logged(owner) == []


def test_a_key_for_one_chatbot_looks_through_its_eyes_alone(owner, chatbot, library):
    with scope(owner):
        secret = keys.issue(owner, "limited", chatbot_id=chatbot["id"])[1]
        SearchLog.objects.create(owner=owner, origin="page", query="private", latency_ms=1)
    limited = APIClient(headers={"Authorization": f"Bearer {secret}"})
    told = explained(limited.post(EXPLAIN, {"query": "blue sky"}))
    assert told["parameters"]["mode"] == "text"
    assert [row["query"] for row in limited.get(LOG).json()["results"]] == ["blue sky"]
    other = limited.post(EXPLAIN, {"query": "blue sky", "rerank_model": "fake"})
    assert (other.status_code, list(other.json()["errors"])) == (400, ["rerank_model"])


def test_a_key_that_may_not_read_chatbots_is_not_shown_what_they_are_told(owner, chatbot):
    with scope(owner):
        secret = keys.issue(owner, "search", scopes=["search:read"])[1]
    searching = APIClient(headers={"Authorization": f"Bearer {secret}"})
    told = explained(searching.post(EXPLAIN, {"query": "blue sky", "chatbot": chatbot["slug"]}))
    said = told["prompt"]["messages"][0]["content"]
    assert "captain" not in said
    assert "The sky is blue." in said


def test_every_origin_is_logged_with_its_chatbot(api, client, owner, chatbot):
    client.force_login(owner)
    api.post("/api/v1/search/", {"query": "by api", "chatbot": chatbot["id"]})
    client.get("/documents/search/", {"q": "by page"})
    api.post(EXPLAIN, {"query": "by bench"})
    rows = api.get(LOG).json()["results"]
    assert [(row["query"], row["origin"], row["chatbot"]) for row in rows] == [
        ("by bench", "bench", None),
        ("by page", "page", None),
        ("by api", "api", chatbot["id"]),
    ]
    assert rows[2]["parameters"]["mode"] == "hybrid"


def test_the_log_is_narrowed_by_origin_chatbot_and_time(api, owner, chatbot):
    with scope(owner):
        for number, origin in enumerate(["chat", "chat", "page"]):
            of = chatbot["id"] if number == 0 else None
            row = SearchLog.objects.create(
                owner=owner, origin=origin, query=str(number), chatbot_id=of, latency_ms=1
            )
            then = timezone.now() - timedelta(days=10 * number)
            SearchLog.objects.filter(pk=row.pk).update(created_at=then)

    def queries(**asked):
        return [row["query"] for row in api.get(LOG, asked).json()["results"]]

    day = (timezone.now() - timedelta(days=15)).date().isoformat()
    assert queries() == ["0", "1", "2"]
    assert queries(origin="chat") == ["0", "1"]
    assert queries(chatbot=chatbot["id"]) == ["0"]
    assert queries(to=day) == ["2"]
    assert queries(**{"from": day}) == ["0", "1"]
    assert api.get(LOG, {"origin": "dream"}).status_code == 400
    first = api.get(LOG, {"limit": 2}).json()
    assert [row["query"] for row in api.get(first["next"]).json()["results"]] == ["2"]


def test_the_log_costs_the_same_however_long(api, owner, django_assert_num_queries):
    api.get(LOG)
    with scope(owner):
        for number in range(5):
            SearchLog.objects.create(owner=owner, origin="api", query=number, latency_ms=1)
    with django_assert_num_queries(7):
        assert len(api.get(LOG).json()["results"]) == 5


def test_a_key_that_may_only_search_reads_no_questions(owner):
    with scope(owner):
        secret = keys.issue(owner, "search", scopes=["search:read"])[1]
    refused = APIClient(headers={"Authorization": f"Bearer {secret}"}).get(LOG)
    assert (refused.status_code, refused.json()["scope"]) == (403, "conversations:read")


def test_the_four_settings_of_a_chatbot_are_checked(api, chatbot):
    at = f"/api/v1/chatbots/{chatbot['id']}/"
    changed = {"search_mode": "vector", "meaning": 0.3, "minimum_score": 0.5}
    patched = api.patch(at, {**changed, "rerank_model": "none"}).json()
    assert {**changed, "rerank_model": "none"}.items() <= patched.items()
    for wrong in (
        {"search_mode": "magic"},
        {"meaning": 1.5},
        {"minimum_score": -1},
        {"rerank_model": "openai/gone"},
    ):
        assert api.patch(at, wrong).status_code == 400
    assert changed.items() <= api.get(at).json().items()


def test_what_was_asked_goes_with_its_chatbot(api, owner, chatbot):
    api.post(EXPLAIN, {"query": "blue", "chatbot": chatbot["id"]})
    api.post(EXPLAIN, {"query": "green"})
    assert api.delete(f"/api/v1/chatbots/{chatbot['id']}/").status_code == 204
    assert [row.query for row in logged(owner)] == ["green"]
