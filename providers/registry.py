"""Which models there are: the settings of this process and one instance of each model it uses.

Model names: "extractive" (offline answers, the default), "openai/<model>", "fake".
Embedders: "multilingual-e5-small" (offline, the default), "openai/<model>", "fake".
"""

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from providers.base import ChatModel, Embedder
from providers.errors import ProviderError


@dataclass(frozen=True)
class ProviderSettings:
    chat_model: str = "extractive"
    embedding_model: str = "multilingual-e5-small"
    openai_api_key: str = ""
    openai_base_url: str = ""  # empty: api.openai.com
    openai_chat_models: tuple[str, ...] = ("gpt-4.1-mini",)
    embedder_socket: Path | None = None

    @property
    def has_openai(self) -> bool:
        return bool(self.openai_api_key or self.openai_base_url)


CHAT_MODELS = {
    "extractive": "providers.local.extractive.from_settings",
    "openai": "providers.openai.chat.from_settings",
    "fake": "providers.fake.FakeChatModel",
}
EMBEDDERS = {
    "multilingual-e5-small": "providers.local.embedder.from_settings",
    "openai": "providers.openai.embeddings.from_settings",
    "fake": "providers.fake.FakeEmbedder",
}

_settings = ProviderSettings()
_instances: dict[tuple[str, str], Any] = {}


def configure(settings: ProviderSettings) -> None:
    global _settings
    _settings = settings
    _instances.clear()


def chat_model(name: str | None = None) -> ChatModel:
    return cast(ChatModel, _instance(CHAT_MODELS, name or _settings.chat_model, "chat"))


def embedder() -> Embedder:
    return cast(Embedder, _instance(EMBEDDERS, _settings.embedding_model, "embedding"))


def chat_models() -> list[tuple[str, str]]:
    """(name, label) of what can be used now, the configured default first."""
    names = [_settings.chat_model, "extractive"]
    if _settings.has_openai:
        names += [f"openai/{model}" for model in _settings.openai_chat_models]
    usable = [name for name in dict.fromkeys(names) if _is_usable(name)]
    return [(name, chat_model(name).label) for name in usable]


def _is_usable(name: str) -> bool:
    kind = name.partition("/")[0]
    return kind in CHAT_MODELS and (kind != "openai" or _settings.has_openai)


def _instance(kinds: dict[str, str], name: str, what: str) -> Any:
    key = (what, name)
    if key not in _instances:
        _instances[key] = _make(kinds, name, what)
    return _instances[key]


def _make(kinds: dict[str, str], name: str, what: str) -> Any:
    kind, _, model = name.partition("/")
    if kind not in kinds or bool(model) != (kind == "openai"):
        message = f"There is no {what} model named “{name}”. Choose another one."
        raise ProviderError(message, code="unknown_model", permanent=True)
    module, _, attribute = kinds[kind].rpartition(".")
    make = getattr(import_module(module), attribute)
    return make() if kind == "fake" else make(_settings, model)


# A forked worker must not write to its parent's connections.
os.register_at_fork(after_in_child=_instances.clear)
