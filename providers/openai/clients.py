"""The official clients, made once: connections are kept open and reused."""

from functools import cached_property
from typing import Any

import openai

from providers import connections
from providers.account import Account
from providers.limits import timeout
from providers.retries import Patience

VENDOR = "https://api.openai.com/v1"


class Clients:
    """Of one account; an asynchronous one per event loop."""

    def __init__(self, account: Account, patience: Patience) -> None:
        self._account, self._patience = account, patience
        self._asynchronous = connections.PerLoop(self._make_asynchronous)

    @property
    def asynchronous(self) -> openai.AsyncOpenAI:
        return self._asynchronous.current()

    @cached_property
    def synchronous(self) -> openai.OpenAI:
        client = openai.OpenAI(
            http_client=connections.client(self._account, self._patience), **self._options()
        )
        self._forget_environment(client)
        return client

    def _make_asynchronous(self) -> openai.AsyncOpenAI:
        http_client = connections.async_client(self._account, self._patience)
        client = openai.AsyncOpenAI(http_client=http_client, **self._options())
        self._forget_environment(client)
        return client

    def _options(self) -> dict[str, Any]:
        return {
            # Servers of one's own often need no key, the client insists on one.
            "api_key": connections.sendable_key(self._account) or "unset",
            # Always said: the client would else take OPENAI_BASE_URL, which is the platform's.
            "base_url": self._account.base_url or VENDOR,
            "max_retries": 0,  # providers.base retries, within one budget
            "timeout": timeout(self._patience),
        }

    def _forget_environment(self, client: openai.OpenAI | openai.AsyncOpenAI) -> None:
        """OPENAI_ORG_ID and the like are the platform's, no business of a person's server."""
        if self._account.guarded:
            client.organization = client.project = None
            client._custom_headers = {}
