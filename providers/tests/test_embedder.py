import numpy as np
import pytest

from language.tokens import estimate_tokens
from providers.base import Embedder
from providers.errors import ProviderError
from providers.fake import FakeEmbedder
from providers.retries import Patience


class Given(Embedder):
    """Returns the vectors it was given, whatever the text."""

    model, dimension, batch_size = "given", 2, 2
    patience = Patience(pause=0.001)

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), []

    def _embed(self, texts, kind):
        self.calls.append((list(texts), kind))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return np.array(answer, np.float32)


def test_passages_are_embedded_in_batches_and_normalised():
    embedder = Given([[3, 4], [0, 2]], [[5, 0]])
    assert embedder.embed_passages(["a", "b", "c"]) == pytest.approx(
        np.array([[0.6, 0.8], [0, 1], [1, 0]])
    )
    assert embedder.calls == [(["a", "b"], "passage"), (["c"], "passage")]


def test_no_passages_give_no_rows():
    assert Given().embed_passages([]).shape == (0, 2)


def test_a_query_gives_one_vector():
    embedder = Given([[0, 5]])
    assert embedder.embed_query("a").tolist() == [0, 1]
    assert embedder.calls == [(["a"], "query")]


@pytest.mark.parametrize(
    "bad",
    [[[1, 0]], [[1, 0, 0], [1, 0, 0]], [[0, 0], [1, 0]], [[np.nan, 1], [1, 0]]],
    ids=["one missing", "wrong dimension", "zero", "not a number"],
)
def test_unusable_vectors_are_refused(bad):
    with pytest.raises(ProviderError) as told:
        Given(bad, bad, bad).embed_passages(["a", "b"])
    assert told.value.code == "bad_vectors"


def test_a_failure_that_may_pass_is_tried_twice_more():
    failure = ProviderError("Busy.", code="busy", permanent=False)
    embedder = Given(failure, failure, [[1, 0]])
    assert embedder.embed_query("a").tolist() == [1, 0]


def test_a_permanent_failure_is_told_at_once():
    embedder = Given(ProviderError("No key.", code="key_refused", permanent=True), [[1, 0]])
    with pytest.raises(ProviderError, match="No key"):
        embedder.embed_query("a")
    assert len(embedder.calls) == 1


def test_tokens_are_estimated_where_only_the_vendor_has_the_tokenizer():
    assert Given().count_tokens(["", "one two three"]) == [0, estimate_tokens("one two three")]


def test_the_fake_puts_texts_that_share_words_near():
    embedder = FakeEmbedder()
    dog, dogs, ship = embedder.embed_passages(["red dog", "red dogs bark", "blue ship"])
    assert dog @ dogs > 0.5
    assert dog @ ship == 0
