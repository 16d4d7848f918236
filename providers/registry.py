"""Which models there are: the settings of this process and one instance of each model it uses.

Model names: "extractive" (offline answers), "openai/<model>", "gemini/<model>", "fake".
Embedders: "multilingual-e5-small" (offline, the default), "openai/<model>", "gemini/<model>".
`accounts` are a person's own, by provider; each wins over the platform's.
"""

import os
from collections import OrderedDict
from importlib import import_module
from typing import Any, cast

from providers.account import NONE, Account, Accounts
from providers.base import ChatModel, Embedder
from providers.choices import Answering, ModelChoice
from providers.errors import ProviderError
from providers.settings import OFFLINE_CHAT, ProviderSettings

__all__ = [
    "Account",
    "Answering",
    "ModelChoice",
    "ProviderSettings",
    "chat_model",
    "chat_models",
    "check",
    "configure",
    "describe",
    "embedder",
]

CHAT_MODELS = {
    "extractive": "providers.local.extractive.from_settings",
    "openai": "providers.openai.chat.OpenAIChatModel",
    "fake": "providers.fake.FakeChatModel",
}
EMBEDDERS = {
    "multilingual-e5-small": "providers.local.embedder.from_settings",
    "openai": "providers.openai.embeddings.OpenAIEmbedder",
    "fake": "providers.fake.FakeEmbedder",
}
VENDORS = ("openai", "gemini")
INSTANCES = 256  # of models, least recently used go first

_settings = ProviderSettings()
_instances: OrderedDict[tuple[str, str, Account | None], Any] = OrderedDict()


def configure(settings: ProviderSettings) -> None:
    global _settings
    _settings = settings
    _instances.clear()


def chat_model(name: str | None = None, accounts: Accounts = NONE) -> ChatModel:
    """The model of that name, by default the installation's. Raises ProviderError."""
    name = name or _settings.default_chat_model(accounts)
    return cast(ChatModel, _instance(CHAT_MODELS, name, "chat", accounts))


def embedder(accounts: Accounts = NONE) -> Embedder:
    return cast(Embedder, _instance(EMBEDDERS, _settings.embedding_model, "embedding", accounts))


def chat_models(accounts: Accounts = NONE) -> list[ModelChoice]:
    """What can be used now, the default first. Never waits for a provider."""
    names = [_settings.default_chat_model(accounts), OFFLINE_CHAT]
    for provider, account in {**_settings.platform_accounts(), **accounts}.items():
        names += [f"{provider}/{model}" for model in _settings.first_chat_models(account)]
    return [_choice(name, accounts) for name in dict.fromkeys(names) if _usable(name, accounts)]


def check(account: Account) -> list[str]:
    """The models an account opens: proof that its key works. Raises ProviderError."""
    raise ProviderError("Not yet.", code="not_yet", permanent=True)


def describe(accounts: Accounts = NONE) -> Answering:
    """What answers and embeds now, and why."""
    chat = _choice(_settings.default_chat_model(accounts), accounts)
    return Answering(chat, _choice(_settings.embedding_model, accounts), "")


def _account(provider: str, accounts: Accounts) -> Account | None:
    return accounts.get(provider) or _settings.platform_accounts().get(provider)


def _choice(name: str, accounts: Accounts) -> ModelChoice:
    provider, _, model = name.partition("/")
    account = _account(provider, accounts)
    if not account:
        label = chat_model(name).label if name in CHAT_MODELS else name
        return ModelChoice(name, label, provider, "offline")
    label = model if account.base_url else f"{model} ({account.label})"
    return ModelChoice(name, label, provider, "own" if provider in accounts else "platform")


def _usable(name: str, accounts: Accounts) -> bool:
    provider = name.partition("/")[0]
    return provider in CHAT_MODELS and (
        provider not in VENDORS or bool(_account(provider, accounts))
    )


def _instance(kinds: dict[str, str], name: str, what: str, accounts: Accounts) -> Any:
    account = _account(name.partition("/")[0], accounts)
    key = (what, name, account)
    if key not in _instances:
        _instances[key] = _make(kinds, name, what, account)
        if len(_instances) > INSTANCES:
            _instances.popitem(last=False)
    _instances.move_to_end(key)
    return _instances[key]


def _make(kinds: dict[str, str], name: str, what: str, account: Account | None) -> Any:
    kind, _, model = name.partition("/")
    if kind not in kinds or bool(model) != (kind in VENDORS):
        message = f"There is no {what} model named “{name}”. Choose another one."
        raise ProviderError(message, code="unknown_model", permanent=True)
    module, _, attribute = kinds[kind].rpartition(".")
    make = getattr(import_module(module), attribute)
    if kind == "fake":
        return make()
    if kind not in VENDORS:
        return make(_settings, model)
    if not account:
        message = f"No key is set for “{name}”. Set {kind.upper()}_API_KEY or choose another model."
        raise ProviderError(message, code="no_key", permanent=True)
    return make(model, account)


# A forked worker must not write to its parent's connections.
os.register_at_fork(after_in_child=_instances.clear)
