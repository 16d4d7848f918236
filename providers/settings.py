"""What an operator has set about models, and what follows for everyone without an own account."""

from dataclasses import dataclass
from pathlib import Path

from providers.account import Account, Accounts

OFFLINE_CHAT = "extractive"
OFFLINE_EMBEDDING = "multilingual-e5-small"
# Offered while a vendor's own list is not known; the first is the default.
KNOWN_CHAT_MODELS = {
    "gemini": ("gemini-3.8-flash", "gemini-3.5-flash-lite"),
    "openai": ("gpt-4.1-mini",),
}
PREFERENCE = ("gemini", "openai")  # whose default chat model answers when both keys are set


@dataclass(frozen=True)
class ProviderSettings:
    chat_model: str = ""  # empty: the default model of the account there is, else offline
    embedding_model: str = OFFLINE_EMBEDDING
    fallback_model: str = ""
    rerank_model: str = ""  # empty: what a search finds keeps its order
    openai_api_key: str = ""
    openai_base_url: str = ""  # empty: api.openai.com
    openai_chat_models: tuple[str, ...] = ()  # offer only these; empty: what the provider lists
    gemini_api_key: str = ""
    gemini_base_url: str = ""  # empty: generativelanguage.googleapis.com
    gemini_chat_models: tuple[str, ...] = ()
    context_window: int = 0  # tokens, of models no table knows; 0: providers.windows says
    embedder_socket: Path | None = None

    def platform_accounts(self) -> Accounts:
        accounts = {}
        if self.gemini_api_key:
            accounts["gemini"] = Account("gemini", self.gemini_api_key, self.gemini_base_url)
        if self.openai_api_key or self.openai_base_url:
            accounts["openai"] = Account("openai", self.openai_api_key, self.openai_base_url)
        return accounts

    def named_chat_models(self, account: Account) -> tuple[str, ...]:
        """Those the operator allows with the platform's key; a person's key opens them all."""
        if account.guarded:
            return ()
        return {"openai": self.openai_chat_models, "gemini": self.gemini_chat_models}[
            account.provider
        ]

    def chosen_chat_models(self) -> set[str]:
        return {self.chat_model, self.fallback_model}

    def default_chat_model(self, accounts: Accounts) -> str:
        """The model of a chatbot that names none: as set, else by account, one's own first.

        A person's own server has models of its own: no name that is set here means one of them.
        """
        own = accounts.get(self.chat_model.partition("/")[0])
        if self.chat_model and not (own and own.base_url):
            return self.chat_model
        platform = self.platform_accounts()
        others = {name: platform[name] for name in platform if name not in accounts}
        for known in (accounts, others):
            for provider in PREFERENCE:
                if provider in known and (models := self.first_chat_models(known[provider])):
                    return f"{provider}/{models[0]}"
        return OFFLINE_CHAT

    def first_chat_models(self, account: Account) -> tuple[str, ...]:
        """Names that are right without asking; none for a server whose models we cannot know."""
        known = () if account.base_url else KNOWN_CHAT_MODELS[account.provider]
        return self.named_chat_models(account) or known
