"""The HTTP clients under the vendors' own: where they may go, and with which key."""

import asyncio
import os
import ssl
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import httpx2

from outbound import transport
from providers.account import Account
from providers.http1 import Streams
from providers.limits import async_hooks, hooks
from providers.refusals import key_refused
from providers.retries import Patience

PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
POOL = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
Client = TypeVar("Client")


def client(account: Account, patience: Patience) -> httpx2.Client:
    if is_supplied(account):
        limits = hooks(patience, compressed=False)
        return transport.client(
            total=patience.total, event_hooks=limits, headers={"Accept-Encoding": "identity"}
        )
    return httpx2.Client(event_hooks=hooks(patience, compressed=True), **_ordinary())


def async_client(account: Account, patience: Patience) -> httpx2.AsyncClient:
    if is_supplied(account):
        limits = async_hooks(patience, compressed=False)
        return transport.async_client(event_hooks=limits, headers={"Accept-Encoding": "identity"})
    limits = async_hooks(patience, compressed=True)
    if reads_in_gulps(account):
        return httpx2.AsyncClient(event_hooks=limits, transport=Streams(_trusted()))
    return httpx2.AsyncClient(event_hooks=limits, **_ordinary())


def reads_in_gulps(account: Account) -> bool:
    """Whether each chunk of a streamed answer is all that had come, however much that is."""
    return not is_supplied(account) and not PROXIES & {name.lower() for name in os.environ}


def is_supplied(account: Account) -> bool:
    """Whether a person chose the address, so that it may be anywhere, even inside our network."""
    return account.guarded and bool(account.base_url)


def _ordinary() -> dict[str, Any]:
    """No redirects: they would carry the key to wherever they point."""
    return {"follow_redirects": False, "limits": POOL, "verify": _trusted()}


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes 25 ms and is the same for every account."""
    return httpx2.create_ssl_context()


def sendable_key(account: Account) -> str:
    """The key, if a header can carry it; raises ProviderError for a pasted sentence."""
    key = account.api_key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise key_refused(account)
    return key


class PerLoop(Generic[Client]):
    """One client per event loop, whose connections belong to it."""

    def __init__(self, make: Callable[[], Client]) -> None:
        self._make = make
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Client] = WeakKeyDictionary()

    def current(self) -> Client:
        loop = asyncio.get_running_loop()
        if loop not in self._of_loop:
            self._of_loop[loop] = self._make()
        return self._of_loop[loop]
