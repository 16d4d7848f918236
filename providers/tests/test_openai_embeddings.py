import pytest

from providers.account import Account
from providers.errors import ProviderError
from providers.openai.embeddings import OpenAIEmbedder
from providers.retries import Patience
from providers.tests.wire_server import refuse


def embedder(server, patience=None):
    return OpenAIEmbedder("m", Account("openai", "key", server.base_url), patience)


def test_vectors_come_in_the_order_of_the_texts_whatever_the_server_s_order(server):
    vectors = embedder(server).embed_passages(["aa", "b", ""])
    assert vectors.shape == (3, 768)
    assert vectors.argmax(axis=1).tolist() == [2, 1, 1]  # an empty text is sent as a space
    assert server.requests[0][2]["dimensions"] == 768


def test_many_texts_go_in_batches(server):
    assert embedder(server).embed_passages(["a"] * 130).shape == (130, 768)
    assert [len(body["input"]) for _, _, body in server.requests] == [64, 64, 2]


def test_a_busy_server_is_asked_again(server):
    server.behaviours += [refuse(429, retry_after=0), refuse(500)]
    assert embedder(server, Patience(pause=0.01)).embed_query("abc").argmax() == 3


def test_a_refused_key_is_told_at_once(server):
    server.behaviours.append(refuse(401))
    with pytest.raises(ProviderError, match="Check OPENAI_API_KEY"):
        embedder(server).embed_query("a")
    assert len(server.requests) == 1
