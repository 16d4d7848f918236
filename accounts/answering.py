"""Which model answers for a person: what there is to choose from, and what answers unasked.

Call these inside the person's scope: their own accounts are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts import credentials
from accounts.credentials import ProviderCredential
from accounts.models import User
from providers import registry
from providers.account import Account, Accounts
from providers.choices import ModelChoice


def every_model(user: User, name: str) -> bool:
    """Without plans all are included."""
    return True


# Whether the person's plan includes a model of the platform's account: set by its room.
includes: Callable[[User, str], bool] = every_model


@dataclass(frozen=True)
class Models:
    """What one person's chatbots can use, their default first."""

    choices: tuple[ModelChoice, ...]
    accounts: Accounts

    @property
    def default(self) -> ModelChoice:
        return self.choices[0]

    def include(self, name: str) -> bool:
        """Lists are never whole: with a key of one's own, any name its provider may know."""
        provider, _, model = name.partition("/")
        listed = any(choice.name == name for choice in self.choices)
        return listed or (provider in self.accounts and bool(model))


def models_of(user: User) -> Models:
    accounts = credentials.accounts_of(user.pk)
    usable = {choice.name: choice for choice in _included(user, accounts)}
    default = default_model(user, accounts)
    first = usable.pop(default, None) or _unlisted(default, accounts)
    return Models((first, *usable.values()), accounts)


def model_for(owner: User, chosen: str, *, has_keys: bool = True) -> tuple[str, Accounts]:
    """The model that answers, given what the chatbot says, and whose accounts it may use.

    has_keys: False where it is known already that the owner has none.
    """
    if chosen and not _is_vendors(chosen):
        return chosen, {}  # nobody's account is asked for what runs here
    accounts = credentials.accounts_of(owner.pk) if has_keys else {}
    return chosen or default_model(owner, accounts), accounts


def default_model(user: User, accounts: Accounts) -> str:
    """What answers where a chatbot names no model: the person's choice, else by their own key,
    since who brings a key expects it to answer, else the installation's."""
    provider = user.chat_model.partition("/")[0]
    if provider in accounts:
        return user.chat_model
    usable = _included(user, accounts)
    is_offered = provider in {choice.provider for choice in usable}
    if is_offered and includes(user, user.chat_model):
        return user.chat_model
    own = (choice.name for choice in usable if choice.source == "own")
    return next(own, usable[0].name)


def choose_default(user: User, name: str) -> None:
    """Empty: back to what follows from the keys."""
    user.chat_model = name
    user.save(update_fields=["preferences", "updated_at"])


def begin_with(user: User, account: Account) -> None:
    """An account came into use: it answers unasked, unless another model was chosen to."""
    chosen = user.chat_model
    names = [
        choice.name
        for choice in registry.chat_models({account.provider: account})
        if choice.source == "own"
    ]
    is_free = not chosen or chosen.startswith(f"{account.provider}/")
    if names and is_free and chosen not in names:
        choose_default(user, names[0])


def end_with(user: User, provider: str) -> None:
    """An account went out of use, and its models with it."""
    if user.chat_model.startswith(f"{provider}/"):
        choose_default(user, "")


def _included(user: User, accounts: Accounts) -> list[ModelChoice]:
    """What the person's plan leaves of what there is; what runs here and what answers by a key of
    their own it never takes away."""
    return [
        choice
        for choice in registry.chat_models(accounts)
        if choice.source != "platform" or includes(user, choice.name)
    ]


def _is_vendors(name: str) -> bool:
    return name.partition("/")[0] in ProviderCredential.Provider


def _unlisted(name: str, accounts: Accounts) -> ModelChoice:
    """A model that its provider knows and our lists do not, or not yet."""
    provider, _, model = name.partition("/")
    return ModelChoice(name, model, provider, "own" if provider in accounts else "platform")
