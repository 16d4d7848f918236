"""Which models there are: the settings of this process and one instance of each model it uses.

Model names: "extractive" (offline answers), "openai/<model>", "gemini/<model>", "fake".
Embedders: "multilingual-e5-small" (offline, the default), "openai/<model>", "gemini/<model>",
"fake", "fake/<dimension>". Rerankers: "openai/<model>", "fake"; none is offline.
`accounts` are a person's own, by provider; each wins over the platform's.
"""

import logging
import re
from importlib import import_module
from typing import Any, cast

from providers import catalog, reasons
from providers.account import NONE, Account, Accounts
from providers.base import ChatModel, Embedder, Reranker
from providers.choices import Answering, ModelChoice, Source
from providers.errors import ProviderError
from providers.fallback import WithFallback
from providers.kept import Kept
from providers.settings import OFFLINE_CHAT, ProviderSettings
from providers.windows import window_of

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
    "reranker",
    "rerankers",
    "wanted_embedder",
    "wanted_reranker",
]

log = logging.getLogger(__name__)
CHAT_MODELS = {
    "extractive": "providers.local.extractive.from_settings",
    "gemini": "providers.gemini.chat.GeminiChatModel",
    "openai": "providers.openai.chat.OpenAIChatModel",
    "fake": "providers.fake.FakeChatModel",
}
EMBEDDERS = {
    "multilingual-e5-small": "providers.local.embedder.from_settings",
    "gemini": "providers.gemini.embeddings.GeminiEmbedder",
    "openai": "providers.openai.embeddings.OpenAIEmbedder",
    "fake": "providers.fake.FakeEmbedder",
}
RERANKERS = {
    "openai": "providers.openai.reranking.OpenAIReranker",
    "fake": "providers.fake.FakeReranker",
}
VENDORS = ("gemini", "openai")
NAME = re.compile(r"[\w@][\w@.:+-]*(/[\w@][\w@.:+-]*)*", re.ASCII)  # becomes part of an address

_settings = ProviderSettings()
_instances: Kept[tuple[str, str, Account | None], Any] = Kept(most=256)


def configure(settings: ProviderSettings) -> None:
    global _settings
    _settings = settings
    _instances.clear()
    catalog.forget()


def chat_model(name: str | None = None, accounts: Accounts = NONE) -> ChatModel:
    """The model of that name, by default the installation's, with its fallback behind it.

    Where a person's own account answers, nothing steps in: whom they did not choose is sent none
    of their documents. Raises ProviderError for a name nobody knows, or without an account.
    """
    name = name or _settings.default_chat_model(accounts)
    substitute = _settings.fallback_model
    if not substitute or substitute == name or name.partition("/")[0] in accounts:
        return _chat_model(name, accounts)
    try:
        chosen = _chat_model(name, accounts)
    except ProviderError as error:
        if error.code != "no_key":
            raise
        log.warning("%s answers for %s, which has no key", substitute, name)
        return _chat_model(substitute, accounts)
    return WithFallback(chosen, _chat_model(substitute, accounts))


def wanted_embedder() -> str:
    """The name of the embedder that the settings ask for."""
    return _settings.embedding_model


def embedder(accounts: Accounts = NONE, name: str | None = None) -> Embedder:
    """The embedder of that name, by default the one the settings ask for; raises ProviderError.

    A person's own account embeds when it is at the same server as the platform's, or the platform
    has none: vectors of two servers need not be comparable, whatever the model is called.
    """
    name = name or _settings.embedding_model
    account = _embedding_account(name.partition("/")[0], accounts)
    return cast(Embedder, _instance(EMBEDDERS, name, "embedding", account))


def wanted_reranker() -> str:
    """The name of the reranker that the settings ask for; empty: none."""
    return _settings.rerank_model


def reranker(accounts: Accounts, name: str) -> Reranker:
    """Raises ProviderError for a name nobody knows, or without an account.

    What the settings ask for is at the installation's server: a person's own account stands in
    when it is at the same one. What a person chose is at theirs, if they have one.
    """
    account = _reranking_account(name, accounts)
    if account and name != _settings.rerank_model and _settings.named_chat_models(account):
        raise _unknown(name, "reranking")  # the platform does not pay for what it does not offer
    return cast(Reranker, _instance(RERANKERS, name, "reranking", account))


def rerankers(accounts: Accounts = NONE) -> list[ModelChoice]:
    """What can be chosen to rerank, the installation's own first. Never waits for a provider."""
    names = [_settings.rerank_model] if _settings.rerank_model else []
    for provider, account in {**_settings.platform_accounts(), **accounts}.items():
        listed = None if _settings.named_chat_models(account) else catalog.listed(account)
        names += [f"{provider}/{model}" for model in (listed.reranking if listed else ())]
    return [_reranking_choice(name, accounts) for name in dict.fromkeys(names)]


def chat_models(accounts: Accounts = NONE) -> list[ModelChoice]:
    """What can be used now, the default first. Never waits for a provider."""
    names = [_settings.default_chat_model(accounts), OFFLINE_CHAT]
    for provider, account in {**_settings.platform_accounts(), **accounts}.items():
        names += [f"{provider}/{model}" for model in _offered(account)]
    return [_choice(name, accounts) for name in dict.fromkeys(names) if _usable(name, accounts)]


def check(account: Account) -> list[str]:
    """The names of the models an account opens, which proves that its key works.

    Asks the provider and takes up to ten seconds. Raises ProviderError.
    """
    listed = catalog.ask(account)
    models = (*listed.chat, *listed.embedding, *listed.reranking)
    return [f"{account.provider}/{model}" for model in models]


def describe(accounts: Accounts = NONE, embedder: str | None = None) -> Answering:
    """What answers and embeds now, and why; `embedder` where it is not the one of the settings."""
    chat = _choice(_settings.default_chat_model(accounts), accounts)
    fallback = _settings.fallback_model
    reader = embedder or _settings.embedding_model
    provider = reader.partition("/")[0]
    account = _embedding_account(provider, accounts)
    return Answering(
        chat=chat,
        embedding=_choice(reader, {provider: account} if account else NONE),
        reason=reasons.why(chat, _settings),
        fallback=_choice(fallback, accounts) if fallback else None,
    )


def _chat_model(name: str, accounts: Accounts) -> ChatModel:
    provider, _, model = name.partition("/")
    account = _account(provider, accounts)
    named = _settings.named_chat_models(account) if account else ()
    if named and model not in named and name not in _settings.chosen_chat_models():
        raise _unknown(name, "chat")  # the platform does not pay for what it does not offer
    chat_model = cast(ChatModel, _instance(CHAT_MODELS, name, "chat", account))
    if account:
        chat_model.context_window = window_of(account, model, _settings.context_window)
    return chat_model


def _account(provider: str, accounts: Accounts) -> Account | None:
    return accounts.get(provider) or _settings.platform_accounts().get(provider)


def _embedding_account(provider: str, accounts: Accounts) -> Account | None:
    own, platform = accounts.get(provider), _settings.platform_accounts().get(provider)
    return own if own and (not platform or own.base_url == platform.base_url) else platform


def _reranking_account(name: str, accounts: Accounts) -> Account | None:
    provider = name.partition("/")[0]
    asked_for = name == _settings.rerank_model
    return _embedding_account(provider, accounts) if asked_for else _account(provider, accounts)


def _reranking_choice(name: str, accounts: Accounts) -> ModelChoice:
    account = _reranking_account(name, accounts)
    return _choice(name, {account.provider: account} if account else NONE)


def _offered(account: Account) -> tuple[str, ...]:
    """Those the operator names; else what the provider lists; until that is known, the usual."""
    if named := _settings.named_chat_models(account):
        return named
    listed = catalog.listed(account)
    return listed.chat if listed else _settings.first_chat_models(account)


def _choice(name: str, accounts: Accounts) -> ModelChoice:
    provider, _, model = name.partition("/")
    account = _account(provider, accounts)
    if not account:
        label = _chat_model(name, accounts).label if name in CHAT_MODELS else name
        return ModelChoice(name, label, provider, "offline")
    label = model if account.base_url else f"{model} ({account.label})"
    source: Source = "own" if account.guarded else "platform"
    return ModelChoice(name, label, provider, source)


def _usable(name: str, accounts: Accounts) -> bool:
    provider = name.partition("/")[0]
    return provider in CHAT_MODELS and (
        provider not in VENDORS or bool(_account(provider, accounts))
    )


def _instance(kinds: dict[str, str], name: str, what: str, account: Account | None) -> Any:
    key = (what, name, account)
    instance = _instances.get(key)
    if instance is None:
        instance = _instances[key] = _make(kinds, name, what, account)
    return instance


def _make(kinds: dict[str, str], name: str, what: str, account: Account | None) -> Any:
    kind, _, model = name.partition("/")
    named = bool(NAME.fullmatch(model)) if kind in VENDORS else not model or _is_fake(name, what)
    if kind not in kinds or not named:
        raise _unknown(name, what)
    if kind in VENDORS and not account:
        message = f"No key is set for “{name}”. Set {kind.upper()}_API_KEY or choose another model."
        raise ProviderError(message, code="no_key", permanent=True)
    module, _, attribute = kinds[kind].rpartition(".")
    make = getattr(import_module(module), attribute)
    if kind == "fake":
        return make(model) if model else make()
    return make(model, account) if kind in VENDORS else make(_settings, model)


def _is_fake(name: str, what: str) -> bool:
    kind, _, dimension = name.partition("/")
    return what == "embedding" and kind == "fake" and dimension.isdecimal()


def _unknown(name: str, what: str) -> ProviderError:
    message = f"There is no {what} model named “{name}”. Choose another one."
    return ProviderError(message, code="unknown_model", permanent=True)
