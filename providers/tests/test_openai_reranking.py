"""Reranking as each server speaks it."""

import time

import pytest

from language.tokens import estimate_tokens
from providers.base import Reranker, Usage
from providers.errors import ProviderError
from providers.retries import Patience
from providers.tests.vendors import reranker
from providers.tests.wire.openai import problem, ranking_of
from providers.tests.wire_server import hang, refuse, stream

TEXTS = ["bb", "dddd", ""]


def test_scores_come_in_the_order_of_the_texts_whatever_the_server_s_order(server):
    assert reranker(server, model="bge-reranker-v2-m3").rerank("Which?", TEXTS) == [2, 4, 1]
    path, key, body = server.requests[0]
    assert (path, key) == ("/v1/rerank", "Bearer key")
    assert body == {
        "model": "bge-reranker-v2-m3",
        "query": "Which?",
        "documents": ["bb", "dddd", " "],
        "top_n": 3,
        "return_documents": False,
    }


def test_nothing_is_asked_about_no_texts(server):
    assert reranker(server).rerank("Which?", []) == []
    assert server.requests == []


@pytest.mark.parametrize(
    "counted",
    [
        {"usage": {"total_tokens": 58}},  # Jina, vLLM, llama.cpp
        {"meta": {"tokens": {"input_tokens": 58}}},  # Cohere, LiteLLM
    ],
)
def test_tokens_are_counted_by_who_counts_them(server, counted):
    server.behaviours.append(ranking_of((0, 0.5), **counted))
    assert reranker(server).rerank("Which?", ["a"]).usage == Usage(58, 0, exact=True)


@pytest.mark.parametrize("counted", [{}, {"usage": {"total_tokens": 10**30}}, {"usage": None}])
def test_else_they_are_estimated_the_query_with_every_text(server, counted):
    server.behaviours.append(ranking_of((0, 0.5), (1, 0.2), **counted))
    expected = 2 * estimate_tokens("Which one?") + estimate_tokens("a") + estimate_tokens("two b")
    usage = reranker(server).rerank("Which one?", ["a", "two b"]).usage
    assert usage == Usage(expected, 0, exact=False)


def test_voyage_s_name_of_the_list_is_read_and_scores_may_be_below_zero(server):
    rows = [{"index": 1, "relevance_score": -3.5}, {"index": 0, "relevance_score": -11}]
    server.behaviours.append(refuse(200, {"object": "list", "data": rows}))
    assert reranker(server).rerank("Which?", ["a", "b"]) == [-11, -3.5]


def test_text_embeddings_inference_is_asked_in_its_own_protocol_from_then_on(server):
    missing = b"Failed to deserialize the JSON body: missing field `texts` at line 1 column 90"
    rows = [{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}]
    server.behaviours += [refuse(422, missing), refuse(200, rows), refuse(200, rows)]
    tei = reranker(server)
    assert [tei.rerank("Which?", ["a", "b"]) for _ in range(2)] == [[0.1, 0.9], [0.1, 0.9]]
    bodies = [body for _, _, body in server.requests]
    assert bodies[1:] == [{"query": "Which?", "texts": ["a", "b"], "truncate": True}] * 2


def test_a_server_that_knows_no_return_documents_is_not_told(server):
    message = problem(message="unknown field: return_documents")
    server.behaviours += [refuse(400, message), ranking_of((0, 0.5))]
    assert reranker(server).rerank("Which?", ["a"]) == [0.5]
    assert "return_documents" not in server.requests[1][2]


def test_long_texts_are_cut(server):
    assert reranker(server).rerank("Which?", ["a" * 40_000]) == [16_000]


def test_a_busy_server_is_asked_again(server):
    server.behaviours += [refuse(429, problem(), retry_after=0)]
    assert reranker(server).rerank("Which?", ["abc"]) == [3]


def test_a_reader_waits_about_three_seconds_at_most():
    patience = Reranker.patience
    assert patience.retry_budget + patience.total * 1.1 < 3.3


def test_a_server_that_hangs_or_dribbles_is_given_up_within_its_time(server):
    hasty = Patience(first_token=0.3, idle=0.3, total=0.5, retries=0)
    slow = stream(b" ", then=lambda handler: _dribble(handler))
    for behave in (hang, slow):
        server.behaviours.append(behave)
        started = time.monotonic()
        with pytest.raises(ProviderError) as told:
            reranker(server, hasty).rerank("Which?", ["a"])
        assert told.value.code == "timeout"
        assert time.monotonic() - started < 3


def _dribble(handler):
    for _ in range(100):
        handler.chunk(b" ")
        time.sleep(0.1)


def test_a_server_that_keeps_failing_is_left_alone_and_no_reader_waits(server):
    server.behaviours += [refuse(503, problem())] * 5
    failing = reranker(server, Patience(retries=0))
    codes = []
    for _ in range(6):
        with pytest.raises(ProviderError) as told:
            failing.rerank("Which?", ["a"])
        codes.append(told.value.code)
    assert codes == ["provider_down"] * 5 + ["provider_paused"]
    assert len(server.requests) == 5
