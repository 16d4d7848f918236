"""Which reranker puts a person's passages in order, and with whose account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from accounts import credentials
from accounts.credentials import ProviderCredential
from accounts.embedding import failures_noted
from accounts.tenancy import scope
from providers import registry
from providers.account import NONE, Accounts
from providers.base import Reranker


@contextmanager
def reranker_of(owner_id: UUID, model: str) -> Iterator[Reranker]:
    """The model of that name, asked with the person's own account where it is theirs to pay.

    A failure that is about their key is noted at it, and raised on.
    """
    accounts = _accounts(owner_id, model)
    reranker = registry.reranker(accounts, model)
    with failures_noted(owner_id, accounts if reranker.own_key else NONE):
        yield reranker


def may_rerank(accounts: Accounts, name: str) -> bool:
    """Lists are never whole: with an account of one's own, any name its provider may know."""
    provider, _, model = name.partition("/")
    listed = any(choice.name == name for choice in registry.rerankers(accounts))
    return listed or (provider in accounts and bool(model))


def _accounts(owner_id: UUID, model: str) -> Accounts:
    """The person's own at this model's provider; what is asked of nobody needs no look."""
    provider = model.partition("/")[0]
    if provider not in ProviderCredential.Provider:
        return NONE
    with scope(owner_id):
        own = credentials.accounts_of(owner_id).get(provider)
    return {provider: own} if own else NONE
