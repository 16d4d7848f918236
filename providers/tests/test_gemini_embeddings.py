import numpy as np

from providers.retries import Patience
from providers.tests import vendors
from providers.tests.wire.gemini import problem, vectors_of
from providers.tests.wire_server import refuse


def embedder(server, model="gemini-embedding-001"):
    return vendors.embedder("gemini", server, Patience(pause=0.01), model)


def test_a_batch_goes_as_one_request_and_comes_back_normalised_and_in_order(server):
    vectors = embedder(server).embed_passages(["aa", "b", ""])
    assert vectors.argmax(axis=1).tolist() == [2, 1, 1]  # an empty text is sent as a space
    assert np.linalg.norm(vectors, axis=1).tolist() == [1, 1, 1]
    path, key, body = server.requests[0]
    assert (path, key) == ("/v1/models/gemini-embedding-001:batchEmbedContents", "key")
    assert body["requests"][1] == {
        "model": "models/gemini-embedding-001",
        "content": {"parts": [{"text": "b"}]},
        "taskType": "RETRIEVAL_DOCUMENT",
        "outputDimensionality": 768,
    }


def test_a_query_is_embedded_as_one(server):
    embedder(server).embed_query("a")
    (asked,) = server.requests[0][2]["requests"]
    assert asked["taskType"] == "RETRIEVAL_QUERY"


def test_newer_models_take_the_task_as_words_and_each_text_by_itself(server):
    newer = embedder(server, "gemini-embedding-2")
    assert newer.embed_passages(["aa", "b"]).shape == (2, 768)
    newer.embed_query("a")
    passages, query = (body["requests"] for _, _, body in server.requests)
    texts = [one["content"]["parts"][0]["text"] for one in [*passages, *query]]
    assert texts == [
        "title: none | text: aa",
        "title: none | text: b",
        "task: search result | query: a",
    ]
    assert "taskType" not in passages[0]


def test_longer_vectors_are_cut_since_these_models_allow_it(server):
    server.behaviours.append(vectors_of([[0.5] * 768 + [9.0] * 2304]))
    assert embedder(server).embed_query("a").shape == (768,)


def test_many_texts_go_in_batches(server):
    assert embedder(server).embed_passages(["a"] * 70).shape == (70, 768)
    assert [len(body["requests"]) for _, _, body in server.requests] == [64, 6]


def test_a_busy_server_is_asked_again(server):
    server.behaviours += [refuse(503, problem(503, "UNAVAILABLE"))] * 2
    assert embedder(server).embed_query("abc").argmax() == 3
