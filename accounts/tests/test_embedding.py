"""Whose account reads a person's documents: vectors of two servers never meet."""

from __future__ import annotations

import pytest

from accounts.credentials import ProviderCredential
from accounts.embedding import embedder_of, embedding_choice, own_accounts
from accounts.tenancy import scope
from documents.retrieval import SearchScope, search
from providers import registry
from providers.account import Account
from providers.errors import ProviderError
from tests.own_server import KEY

pytestmark = pytest.mark.django_db
MODEL = "openai/text-embedding-3-small"
EMBEDS = {"chat_model": "fake", "embedding_model": MODEL}


@pytest.fixture
def keep(owner):
    def keep(**fields: str) -> ProviderCredential:
        credential = ProviderCredential(owner=owner, provider="openai", **fields)
        credential.keep(KEY)
        with scope(owner):
            credential.save()
        return credential

    return keep


def test_an_offline_model_asks_for_no_account(owner, keep, django_assert_num_queries):
    keep()
    with django_assert_num_queries(0):
        assert own_accounts(owner.pk, "fake") == {}


def test_ones_own_account_reads_where_it_is_at_the_same_provider(owner, outsider, keep):
    registry.configure(registry.ProviderSettings(**EMBEDS, openai_api_key="sk-platform"))
    keep()
    assert own_accounts(owner.pk, MODEL) == {"openai": Account("openai", KEY, guarded=True)}
    assert embedding_choice(owner.pk, MODEL).source == "own"
    assert embedding_choice(outsider.pk, MODEL).source == "platform"


def test_a_server_of_ones_own_does_not_read(owner, keep):
    registry.configure(registry.ProviderSettings(**EMBEDS, openai_api_key="sk-platform"))
    keep(base_url="https://models.example.com/v1")
    assert own_accounts(owner.pk, MODEL) == {}


def test_nor_does_the_vendor_where_the_installation_has_a_server(owner, keep, own_server):
    registry.configure(
        registry.ProviderSettings(
            **EMBEDS, openai_api_key=own_server.key, openai_base_url=own_server.base_url
        )
    )
    credential = keep()
    with scope(owner):
        credential.keep("sk-for-the-vendor-alone")
        credential.save()
    assert own_accounts(owner.pk, MODEL) == {}
    search(SearchScope(owner.pk), "the sky", mode="vector")
    assert own_server.keys_seen == {own_server.key}


def test_a_failure_of_ones_own_key_is_noted_at_it(owner, keep):
    registry.configure(registry.ProviderSettings(**EMBEDS, openai_api_key="sk-platform"))
    credential = keep()
    spent = ProviderError("No credit is left.", code="no_quota", permanent=True)
    with pytest.raises(ProviderError), embedder_of(owner.pk, MODEL):
        raise spent
    with scope(owner):
        credential.refresh_from_db()
    assert credential.last_error == "No credit is left."
