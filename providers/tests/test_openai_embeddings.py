import numpy as np
import pytest

from providers.errors import ProviderError
from providers.openai.embeddings import OpenAIEmbedder
from providers.retries import Patience
from providers.tests.vendors import account
from providers.tests.wire.openai import one_at, problem, vectors_of
from providers.tests.wire_server import refuse

QUICK = Patience(pause=0.01)


def embedder(server, model="m"):
    return OpenAIEmbedder(model, account("openai", server), QUICK)


def test_vectors_come_in_the_order_of_the_texts_whatever_the_server_s_order(server):
    vectors = embedder(server).embed_passages(["aa", "b", ""])
    assert vectors.shape == (3, 768)
    assert vectors.argmax(axis=1).tolist() == [2, 1, 1]  # an empty text is sent as a space
    assert server.requests[0][2]["dimensions"] == 768


def test_many_texts_go_in_batches(server):
    assert embedder(server).embed_passages(["a"] * 130).shape == (130, 768)
    assert [len(body["input"]) for _, _, body in server.requests] == [64, 64, 2]


def test_a_busy_server_is_asked_again(server):
    server.behaviours += [refuse(429, problem(), retry_after=0), refuse(500, problem())]
    assert embedder(server).embed_query("abc").argmax() == 3


def test_a_refused_key_is_told_at_once(server):
    server.behaviours.append(refuse(401, problem()))
    with pytest.raises(ProviderError, match="Check OPENAI_API_KEY"):
        embedder(server).embed_query("a")
    assert len(server.requests) == 1


def test_plain_lists_are_read_like_base64(server):
    server.behaviours.append(vectors_of([one_at(7, 768)], plain=True))
    assert embedder(server).embed_query("a").argmax() == 7


def test_a_server_that_knows_no_base64_is_asked_for_lists_from_then_on(server):
    server.behaviours += [
        refuse(400, problem(message="encoding_format base64 is not supported")),
        vectors_of([one_at(7, 768)], plain=True),
        vectors_of([one_at(7, 768)], plain=True),
    ]
    small = embedder(server)
    assert [small.embed_query("a").argmax() for _ in range(2)] == [7, 7]
    formats = [body["encoding_format"] for _, _, body in server.requests]
    assert formats == ["base64", "float", "float"]


def test_a_server_that_refuses_dimensions_is_not_told_any(server):
    message = "Model m does not support matryoshka representation"
    server.behaviours += [refuse(400, problem(message=message)), vectors_of([one_at(7, 384)])]
    vllm = embedder(server)
    assert (vllm.embed_query("a").shape, vllm.dimension) == ((384,), 384)
    assert "dimensions" not in server.requests[1][2]


def test_shorter_vectors_are_kept_and_their_length_is_learnt(server):
    server.behaviours += [vectors_of([one_at(7, 384)]), *[vectors_of([one_at(7, 512)])] * 3]
    ollama = embedder(server)
    assert ollama.embed_query("a").shape == (384,)
    with pytest.raises(ProviderError, match=r"returned \(1, 512\) numbers, not \(1, 384\)"):
        ollama.embed_query("a")


def test_longer_vectors_of_a_matryoshka_model_are_cut_and_made_one_long(server):
    row = np.concatenate([np.full(768, 0.5), np.full(256, 9.0)])
    server.behaviours.append(vectors_of([row]))
    vector = embedder(server, "Qwen/Qwen3-Embedding-0.6B").embed_query("a")
    assert vector == pytest.approx(np.full(768, 768**-0.5))


def test_longer_vectors_of_another_model_are_refused_with_a_way_out(server):
    server.behaviours.append(vectors_of([one_at(7, 1024)]))
    with pytest.raises(ProviderError) as told:
        embedder(server, "bge-m3").embed_query("a")
    assert told.value.message == (
        "The embedding model bge-m3 makes vectors of 1024 numbers; at most 768 can be stored, "
        "and its vectors cannot be shortened. Choose another embedding model."
    )
    assert told.value.permanent
    assert len(server.requests) == 1
