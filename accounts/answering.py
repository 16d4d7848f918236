"""Which model answers for a person: what there is to choose from, and what answers unasked.

Call these inside the person's scope: their own accounts are read.
"""

from __future__ import annotations

from uuid import UUID

from accounts import credentials
from accounts.credentials import ProviderCredential
from accounts.models import User
from providers import registry
from providers.account import Accounts
from providers.choices import ModelChoice


def models_of(user: User) -> list[ModelChoice]:
    """What this person's chatbots can use now, their default first."""
    accounts = credentials.accounts_of(user.pk)
    usable = registry.chat_models(accounts)
    default = default_model(user, accounts)
    return sorted(usable, key=lambda choice: choice.name != default)


def model_for(owner: User, chosen: str) -> tuple[str, Accounts]:
    """The model that answers, given what the chatbot says, and whose accounts it may use."""
    provider = chosen.partition("/")[0]
    if chosen and provider not in ProviderCredential.Provider:
        return chosen, {}  # nobody's account is asked for what runs here
    accounts = credentials.accounts_of(owner.pk)
    return chosen or default_model(owner, accounts), accounts


def default_model(user: User, accounts: Accounts) -> str:
    """What answers where a chatbot names no model: the person's choice, else by their own key,
    since who brings a key expects it to answer, else the installation's."""
    usable = registry.chat_models(accounts)
    provider = user.chat_model.partition("/")[0]
    if user.chat_model and (provider in accounts or provider in {c.provider for c in usable}):
        return user.chat_model
    own = (choice.name for choice in usable if choice.source == "own")
    return next(own, usable[0].name)


def choose_default(user: User, name: str) -> None:
    """Empty: back to what follows from the keys."""
    user.preferences["chat_model"] = name
    user.save(update_fields=["preferences", "updated_at"])


def embedding_accounts(owner_id: UUID) -> Accounts:
    """The person's own account, where it makes the very vectors that the installation's would:
    of the same model at the same server. Vectors of two servers must never meet."""
    provider = registry.describe().embedding.provider
    if provider not in ProviderCredential.Provider:
        return {}
    own = credentials.accounts_of(owner_id).get(provider)
    return {provider: own} if own and not own.base_url else {}


def embedding_for(user: User) -> ModelChoice:
    return registry.describe(embedding_accounts(user.pk)).embedding
