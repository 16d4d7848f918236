"""Whose account puts a person's passages in order."""

from __future__ import annotations

import pytest

from accounts.credentials import ProviderCredential
from accounts.reranking import reranker_of
from accounts.tenancy import scope
from providers import registry
from providers.errors import ProviderError
from providers.tests.wire_server import refuse
from tests.own_server import KEY, refusal

pytestmark = pytest.mark.django_db
MODEL = "openai/bge-reranker-v2-m3"


@pytest.fixture
def credential(owner, own_server) -> ProviderCredential:
    """The person's own server, which has a reranker."""
    credential = ProviderCredential(
        owner=owner, provider="openai", base_url=own_server.base_url, last_error=""
    )
    credential.keep(KEY)
    with scope(owner):
        credential.save()
    return credential


def last_error(owner, credential: ProviderCredential) -> str:
    with scope(owner):
        credential.refresh_from_db()
    return credential.last_error


def test_a_model_of_nobody_s_asks_for_no_account(owner, credential, django_assert_num_queries):
    with django_assert_num_queries(0), reranker_of(owner.pk, "fake") as reranker:
        assert reranker.rerank("red", ["red", "blue"]) == [1, 0]


def test_ones_own_server_reranks_what_one_chose(owner, outsider, credential, own_server):
    with reranker_of(owner.pk, MODEL) as reranker:
        assert reranker.rerank("Which?", ["a", "bbb"]) == [1, 3]
        assert reranker.own_key
    assert own_server.keys_seen == {KEY}
    with pytest.raises(ProviderError) as told, reranker_of(outsider.pk, MODEL):
        pass
    assert told.value.code == "no_key"


def test_a_refused_key_of_ones_own_is_noted_at_it(owner, credential, own_server):
    own_server.behaviours.append(refuse(401, refusal("…")))
    with pytest.raises(ProviderError) as told, reranker_of(owner.pk, MODEL) as reranker:
        reranker.rerank("Which?", ["a"])
    assert told.value.code == "key_refused"
    assert last_error(owner, credential).startswith("The model provider refused your key.")


def test_the_installation_s_failure_is_not_noted_at_ones_own_key(owner, credential):
    registry.configure(
        registry.ProviderSettings(
            chat_model="fake", openai_api_key="sk-platform", rerank_model=MODEL
        )
    )
    with pytest.raises(ProviderError), reranker_of(owner.pk, MODEL):
        raise ProviderError("No.", code="key_refused", permanent=True)
    assert last_error(owner, credential) == ""
