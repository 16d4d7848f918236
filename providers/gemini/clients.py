"""Google's client, imported at first use (1.5 s of CPU) and made once per account."""

from __future__ import annotations

import asyncio
import math
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from providers import connections
from providers.account import Account
from providers.refusals import key_refused
from providers.retries import Patience

if TYPE_CHECKING:
    from google import genai

VENDOR = "https://generativelanguage.googleapis.com"


class Clients:
    """Of one account; an asynchronous one per event loop."""

    def __init__(self, account: Account, patience: Patience) -> None:
        self._account, self._patience = account, patience
        self._asynchronous = connections.PerLoop(self._make)

    async def asynchronous(self) -> genai.Client:
        await asyncio.to_thread(_sdk)  # other answers go on meanwhile
        return self._asynchronous.current()

    @cached_property
    def synchronous(self) -> genai.Client:
        return self._make()

    def _make(self) -> genai.Client:
        key = connections.sendable_key(self._account)
        if not key:
            raise key_refused(self._account)
        client: genai.Client = _sdk().Client(
            enterprise=False, api_key=key, http_options=self._http_options()
        )
        return client

    def _http_options(self) -> dict[str, Any]:
        """No retry_options: the client then makes one attempt, and providers.base retries."""
        return {
            # Always said: the client would else take GOOGLE_GEMINI_BASE_URL.
            "base_url": self._account.base_url or VENDOR,
            # Announced to the server as the whole answer's; our HTTP clients set their own waits.
            "timeout": math.ceil(self._patience.total * 1000),
            "httpx_client": connections.client(self._account, self._patience),
            "httpx_async_client": connections.async_client(self._account, self._patience),
        }


def _sdk() -> Any:
    return import_module("google.genai")
