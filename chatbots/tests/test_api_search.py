"""Search through the API: what is found, and how far it may reach."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from accounts.tenancy import scope
from documents.models import Document
from providers import registry
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db(transaction=True)
SEARCH = "/api/v1/search/"
DOWN = ProviderError("No embedder today.", code="embedder_down", permanent=True)


@pytest.fixture
def library(owner, outsider, make_document) -> dict[str, str]:
    make_document(outsider, "The sky is violet.", "theirs.txt")
    return {
        "sky": str(make_document(owner, "The sky is blue.", "sky.txt").pk),
        "sea": str(make_document(owner, "The sea is blue.", "sea.txt").pk),
    }


def found(response) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(row["document_name"] for row in response.json()["results"])


@pytest.mark.parametrize("mode", ["hybrid", "vector", "text"])
def test_the_best_passage_comes_first_and_only_from_ones_own(api, library, mode):
    response = api.post(SEARCH, {"query": "blue sky", "mode": mode, "top_k": 50})
    assert found(response) == ["sea.txt", "sky.txt"]
    best = response.json()["results"][0]
    assert (best["document_id"], best["content"]) == (library["sky"], "The sky is blue.")
    assert (best["start_char"], best["end_char"], best["page"]) == (0, 16, None)


def test_documents_tags_and_chatbot_narrow_it_together(api, library):
    sky, sea = library["sky"], library["sea"]
    api.patch(f"/api/v1/documents/{sea}/", {"tags": ["wet", "salt"]})
    bot = api.post("/api/v1/chatbots/", {"name": "Sky", "documents": [sky]}).json()
    ask = {"query": "blue"}
    assert found(api.post(SEARCH, {**ask, "top_k": 1, "document_ids": [sea]})) == ["sea.txt"]
    assert found(api.post(SEARCH, {**ask, "tags": ["wet", "salt"]})) == ["sea.txt"]
    assert found(api.post(SEARCH, {**ask, "tags": ["wet", "dry"]})) == ["sea.txt"]
    assert found(api.post(SEARCH, {**ask, "tags": ["dry"]})) == []
    assert found(api.post(SEARCH, {**ask, "chatbot": bot["id"], "tags": ["wet"]})) == []
    assert found(api.post(SEARCH, {**ask, "chatbot": bot["id"]})) == ["sky.txt"]
    assert found(api.post(SEARCH, {**ask, "chatbot": bot["slug"], "document_ids": [sea]})) == []
    assert found(api.post(SEARCH, {**ask, "document_ids": []})) == []


def test_kinds_of_filters_narrow_together_and_one_of_each_is_enough(api, owner, make_document):
    make_document(owner, "The sky is blue. Here it is day and night, and the night is long.", "a")
    make_document(owner, "Der Himmel ist blau, und die Nacht ist lang und das Meer ist weit.", "b")
    make_document(owner, "# Meer\n\nDas Meer ist blau, und es ist so weit wie der Himmel.", "c.md")
    english, german = {"languages": ["en"]}, {"languages": ["de"]}
    for filters, names in (
        (english, ["a"]),
        (german, ["b", "c.md"]),
        ({"languages": ["de", "en"]}, ["a", "b", "c.md"]),
        ({"types": ["markdown"]}, ["c.md"]),
        ({"types": ["markdown", "text"], **german}, ["b", "c.md"]),
        ({"types": ["markdown"], **english}, []),
        ({"types": ["pdf"]}, []),
        ({"languages": ["th"]}, []),
    ):
        assert found(api.post(SEARCH, {"query": "blue", "top_k": 50, **filters})) == names, filters


def test_days_are_the_persons_own_and_both_are_included(api, owner, library):
    User.objects.filter(pk=owner.pk).update(timezone="Asia/Bangkok")  # seven hours ahead
    with scope(owner):
        late = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # 2 March there
        Document.objects.filter(pk=library["sky"]).update(created_at=late)
        Document.objects.filter(pk=library["sea"]).update(created_at=late - timedelta(hours=1))
    for days, names in (
        ({"added_from": "2026-03-02"}, ["sky.txt"]),
        ({"added_to": "2026-03-01"}, ["sea.txt"]),
        ({"added_from": "2026-03-01", "added_to": "2026-03-02"}, ["sea.txt", "sky.txt"]),
        ({"added_from": "2026-03-03"}, []),
        ({"added_to": "9999-12-31"}, ["sea.txt", "sky.txt"]),
        ({"added_from": "0001-01-01"}, ["sea.txt", "sky.txt"]),
    ):
        assert found(api.post(SEARCH, {"query": "blue", **days})) == names, days
        listed = api.get("/api/v1/documents/", days).json()["results"]
        assert sorted(row["name"] for row in listed) == names, days


def test_filters_reach_nobody_elses_documents(api, outsider, library):
    with scope(outsider):
        Document.objects.for_user(outsider).update(tags=["violet"])
    assert found(api.post(SEARCH, {"query": "sky", "tags": ["violet"]})) == []


def test_the_same_passage_in_two_files_is_told(api, owner, library, make_document):
    make_document(owner, "The sky is blue. ", "copy.txt")
    results = api.post(SEARCH, {"query": "the sky is blue"}).json()["results"]
    assert [row["similar_to"] for row in results] == [None, None, results[0]["chunk_id"]]
    assert {results[0]["document_name"], results[2]["document_name"]} == {"sky.txt", "copy.txt"}


def test_rows_of_others_are_not_found(api, outsiders_api, library):
    bot = api.post("/api/v1/chatbots/", {"name": "Sky"}).json()
    for reach in (
        {"document_ids": [library["sky"]]},
        {"chatbot": bot["id"]},
        {"chatbot": bot["slug"]},
    ):
        refused = outsiders_api.post(SEARCH, {"query": "blue", **reach})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [{"query": " "}, {"query": "x" * 2001}, {"top_k": 0}, {"top_k": 51}, {"mode": "magic"},
     {"project": "x"}, {"document_ids": ["x"]}, {"tags": []}, {"tags": [" , "]}, {"types": []},
     {"types": ["scroll"]}, {"languages": []}, {"languages": ["english"]}, {"languages": ["EN"]},
     {"added_from": "yesterday"}, {"added_from": "2026-03-02", "added_to": "2026-03-01"}],
    ids=str,
)  # fmt: skip
def test_what_makes_no_sense_is_refused(api, wrong):
    refused = api.post(SEARCH, {"query": "blue", **wrong})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    field = "added_to" if len(wrong) == 2 else next(iter(wrong))
    assert {name.partition(".")[0] for name in refused.json()["errors"]} == {field}


def test_without_the_embedder_words_still_find_but_vectors_alone_do_not(api, library):
    registry.embedder().failures.extend([DOWN, DOWN])
    assert found(api.post(SEARCH, {"query": "blue"})) == ["sea.txt", "sky.txt"]
    refused = api.post(SEARCH, {"query": "blue", "mode": "vector"})
    assert (refused.status_code, refused.json()["code"]) == (503, "embedder_down")
    assert refused.json()["detail"] == "No embedder today."
