"""Search through the API: what is found, and how far it may reach."""

import pytest

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
    assert found(api.post(SEARCH, {**ask, "tags": ["wet", "dry"]})) == []
    assert found(api.post(SEARCH, {**ask, "chatbot": bot["id"]})) == ["sky.txt"]
    assert found(api.post(SEARCH, {**ask, "chatbot": bot["slug"], "document_ids": [sea]})) == []
    assert found(api.post(SEARCH, {**ask, "document_ids": []})) == []


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
     {"project": "x"}, {"document_ids": ["x"]}],
    ids=str,
)  # fmt: skip
def test_what_makes_no_sense_is_refused(api, wrong):
    assert api.post(SEARCH, {"query": "blue", **wrong}).status_code == 400


def test_without_the_embedder_words_still_find_but_vectors_alone_do_not(api, library):
    registry.embedder().failures.extend([DOWN, DOWN])
    assert found(api.post(SEARCH, {"query": "blue"})) == ["sea.txt", "sky.txt"]
    refused = api.post(SEARCH, {"query": "blue", "mode": "vector"})
    assert (refused.status_code, refused.json()["code"]) == (503, "embedder_down")
    assert refused.json()["detail"] == "No embedder today."
