"""The official clients, made once: connections are kept open and reused.

What is asked often is sent as they would send it, and refused as they would, but past their
descriptions of every field: those take longer than all else of a question to a model.
"""

import json
from functools import cached_property
from typing import Any

import httpx2
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

    async def streamed(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        """The open response, which the caller closes. Raises APIStatusError or httpx2's errors."""
        client = self.asynchronous
        response = await client._client.send(_request(client, path, body), stream=True)
        if not response.is_success:
            try:
                await response.aread()
            finally:
                await response.aclose()
            raise client._make_status_error_from_response(response)
        return response

    def whole(self, path: str, body: dict[str, Any]) -> Any:
        """The answer's JSON. Raises APIStatusError, httpx2's errors, or ValueError for no JSON."""
        client = self.synchronous
        response = client._client.send(_request(client, path, body))
        if not response.is_success:
            raise client._make_status_error_from_response(response)
        return response.json()

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


def _request(
    client: openai.OpenAI | openai.AsyncOpenAI, path: str, body: dict[str, Any]
) -> httpx2.Request:
    told = {**client.default_headers, **client.auth_headers}
    return client._client.build_request(
        "POST",
        f"{client.base_url}{path}",
        content=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        headers={name: value for name, value in told.items() if isinstance(value, str)},
    )
