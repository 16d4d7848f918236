"""Which models an account opens, by what each is said to be able to do."""

import re
from typing import Any

from providers.account import Account
from providers.catalog import Listed, rows
from providers.gemini.clients import Clients
from providers.refusals import told
from providers.retries import Patience

# They generate content too, but pictures, speech or clicks.
OTHER = re.compile(r"image|tts|audio|live|robotics|computer-use|deep-research")


def available(account: Account, patience: Patience) -> Listed:
    """Raises ProviderError."""
    client: Any = Clients(account, patience).synchronous
    from providers.gemini.errors import FAILURES, translated

    try:
        # The way of the client's own models.list(), short of its objects and of further pages.
        answer = client._api_client.request("get", "models?pageSize=1000", {})
        models = rows(answer.body, "models", "name")
        return Listed(
            tuple(name for name in _able(models, "generateContent") if not OTHER.search(name)),
            tuple(_able(models, "embedContent")),
        )
    except FAILURES as error:
        raise translated(error, account) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise told("bad_answer") from error


def _able(models: list[dict[str, Any]], action: str) -> list[str]:
    return [
        model["name"].removeprefix("models/")
        for model in models
        if action in (model.get("supportedGenerationMethods") or [])
    ]
