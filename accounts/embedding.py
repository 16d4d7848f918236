"""Which embedder reads a person's documents, and with whose account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from accounts import credentials
from accounts.credentials import ProviderCredential
from accounts.tenancy import scope
from providers import registry
from providers.account import Accounts
from providers.base import Embedder
from providers.choices import ModelChoice
from providers.errors import ProviderError


@contextmanager
def embedder_of(owner_id: UUID, model: str) -> Iterator[Embedder]:
    """The model of that name, asked with the person's own account where they have one.

    A failure that is about their key is noted at it, and raised on.
    """
    accounts = own_accounts(owner_id, model)
    with failures_noted(owner_id, accounts):
        yield registry.embedder(accounts, model)


@contextmanager
def failures_noted(owner_id: UUID, accounts: Accounts) -> Iterator[None]:
    """What is about a key of the person's is noted at it, and raised on."""
    try:
        yield
    except ProviderError as error:
        with scope(owner_id):
            for provider in accounts:
                credentials.note_use(owner_id, provider, code=error.code, message=error.message)
        raise


def own_accounts(owner_id: UUID, model: str) -> Accounts:
    """The person's own account, where it makes the very vectors that ours would: of the same
    model at the same server. Vectors of two servers must never meet."""
    provider = registry.describe(embedder=model).embedding.provider
    if provider not in ProviderCredential.Provider:
        return {}
    own = credentials.account_of(owner_id, provider)
    if not own or own.base_url:
        return {}
    is_used = registry.describe({provider: own}, model).embedding.source == "own"
    return {provider: own} if is_used else {}


def embedding_choice(owner_id: UUID, model: str) -> ModelChoice:
    return registry.describe(own_accounts(owner_id, model), model).embedding
