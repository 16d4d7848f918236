"""What each account's provider lists, kept for an hour; nobody waits for it but `check`."""

import json
import logging
import threading
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from providers.account import Account
from providers.errors import ProviderError
from providers.kept import Kept
from providers.refusals import told
from providers.retries import Patience

log = logging.getLogger(__name__)
FRESH_SECONDS = 3600.0
RETRY_SECONDS = 60.0  # after a failure
MOST_MODELS, LONGEST_NAME = 2_000, 200
PATIENCE = Patience(first_token=5, idle=5, total=10, retries=0)
LISTS = {"openai": "providers.openai.models", "gemini": "providers.gemini.models"}


@dataclass(frozen=True)
class Listed:
    """Model names without the provider."""

    chat: tuple[str, ...] = ()
    embedding: tuple[str, ...] = ()
    reranking: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    listed: Listed | None = None
    due_at: float = 0.0


_known: Kept[Account, _Known] = Kept(most=1000)


def ask(account: Account) -> Listed:
    """The provider's list as it is now. Takes up to ten seconds; raises ProviderError."""
    listed = _asked(account)
    if listed == Listed():
        message = "There are no models at this address, or none that this key opens."
        raise ProviderError(message, code="no_models", permanent=True)
    _known[account] = _Known(listed, time.monotonic() + FRESH_SECONDS)
    return listed


def _asked(account: Account) -> Listed:
    try:
        asked: Listed = import_module(LISTS[account.provider]).available(account, PATIENCE)
    except ProviderError as error:
        if error.code == "no_model":  # no model was named: it is the list that is not there
            raise told("not_a_provider") from error
        raise
    return asked


def rows(body: str | bytes, key: str, name: str) -> list[dict[str, Any]]:
    """The models in a provider's list, as far as anybody would choose among them.

    Read here, since the vendors' clients make an object of whatever a server sends, at fifty times
    its size. Raises ProviderError.
    """
    try:
        found = json.loads(body).get(key, [])[:MOST_MODELS]
        return [row for row in found if 0 < len(row[name]) <= LONGEST_NAME]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise told("bad_answer") from error


def listed(account: Account) -> Listed | None:
    """What is known now, be it old; None at first. A thread asks the provider when it is time."""
    known = _known.get(account) or _Known()
    if time.monotonic() >= known.due_at:
        _known[account] = _Known(known.listed, time.monotonic() + RETRY_SECONDS)
        threading.Thread(target=_refresh, args=[account], daemon=True).start()
    return known.listed


def forget() -> None:
    _known.clear()


def _refresh(account: Account) -> None:
    try:
        ask(account)
    except ProviderError as error:
        log.warning("No list of models from %s: %s", account.label, error.message)
