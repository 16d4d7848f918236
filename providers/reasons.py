"""Why a model answers, in a sentence for the settings page."""

from providers.account import LABELS
from providers.choices import ModelChoice
from providers.settings import ProviderSettings


def why(chat: ModelChoice, settings: ProviderSettings) -> str:
    provider = LABELS.get(chat.provider, "")
    if chat.source == "own":
        return f"Your own {provider} key is used."
    if settings.chat_model:
        return "The operator of this installation chose this model."
    if chat.source == "platform":
        return f"This installation has a key for {provider}."
    if settings.openai_base_url:
        return "This installation has a model server, but names no model of it."
    return "There is no key for a model provider, so answers quote your documents."
