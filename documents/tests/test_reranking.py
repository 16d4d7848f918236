"""Where there is a reranker it has the last word on the order; without it search goes on."""

import pytest

from accounts.tenancy import scope
from billing.models import UsageRecord
from documents.retrieval import Parameters, SearchScope, retrieve
from documents.retrieval.reranking import OFF
from providers import registry
from providers.account import NONE
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db
RERANKED = Parameters(top_k=2, meaning=1.0, rerank_model="fake")


@pytest.fixture
def library(owner, make_document):
    """What is nearest in meaning, to the fake embedder, has fewer of the question's words."""
    make_document(owner, "Blue sky.", "short.txt")
    make_document(
        owner, "The sky over Rome is blue at noon and the river below is green.", "all.txt"
    )
    make_document(owner, "Nothing of it.", "none.txt")


def names(found):
    return [passage.document_name for passage in found.passages]


def test_the_rerankers_order_is_the_searchs(owner, library):
    asked = (SearchScope(owner.pk), "blue sky river green")
    assert names(retrieve(*asked, Parameters(top_k=3, rerank_model=OFF)))[-1] == "none.txt"
    found = retrieve(*asked, RERANKED)
    assert names(found) == ["all.txt", "short.txt"]
    assert [passage.rerank_score for passage in found.passages] == [1.0, 0.5]
    assert [passage.as_result()["score"] for passage in found.passages] == [1.0, 0.5]


def test_what_it_took_is_the_owners_usage(owner, library):
    retrieve(SearchScope(owner.pk), "sky", RERANKED)
    with scope(owner):
        record = UsageRecord.objects.get(
            model="fake",
            tokens_output=0,
            request_type="embedding",
            price__own_key__isnull=True,
            latency_ms=None,
            exact=True,
        )
    assert record.tokens_input > 0


def test_a_reranker_that_fails_leaves_the_order_of_the_fusion(owner, library):
    asked = (SearchScope(owner.pk), "blue sky river green")
    fused = names(retrieve(*asked, Parameters(top_k=3, rerank_model=OFF)))
    reranker = registry.reranker(NONE, "fake")
    reranker.failures.append(ProviderError("down", code="down", permanent=True))
    found = retrieve(*asked, Parameters(top_k=3, rerank_model="fake"))
    assert (names(found), found.not_reranked) == (fused, "down")


def test_nobody_is_asked_where_nothing_was_found(owner):
    reranker = registry.reranker(NONE, "fake")
    assert retrieve(SearchScope(owner.pk), "sky", RERANKED).passages == []
    assert reranker.calls == []
