"""HTTP clients that check every request and connect to nothing but checked addresses.

The check sits where the connection is made, so it holds for whatever a client, a redirect or a
vendor's SDK asks for. Host header and TLS name stay those of the URL.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import anyio
import anyio.to_thread
import httpcore2
import httpx2

from outbound.addresses import check_url
from outbound.deadline import Deadline, PerRequest, TimedStream
from outbound.permits import Permits
from outbound.resolving import Resolver, ask_system, connectable, in_time

# Each would lead around the guarded transport, or send a key where a server points.
NOT_OURS = {"transport", "mounts", "proxy", "trust_env", "follow_redirects", "verify"}


@dataclass(frozen=True)
class Guard:
    """How names are resolved and what may be reached; None: what the operator permits."""

    resolve: Resolver = ask_system
    allowed: Permits | None = None
    tls: ssl.SSLContext | None = None

    def addresses(self, host: str, port: int) -> list[str]:
        return connectable(host, port, resolve=self.resolve, allowed=self.allowed)

    def pool(self) -> dict[str, Any]:
        return {
            "ssl_context": self.tls or public_authorities(),
            "max_connections": 100,
            "max_keepalive_connections": 20,
            "keepalive_expiry": 5.0,
        }


@cache
def public_authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


OPEN_INTERNET = Guard()


def client(
    guard: Guard = OPEN_INTERNET, *, total: float | None = None, **options: Any
) -> httpx2.Client:
    """A client for addresses a person supplied. Streams work; redirects are not followed; no
    proxy or netrc from the environment. A refused address raises AddressRefused.

    total: seconds of one request from the name's resolution to the last byte; a server that sends
    a header at a time stays within every other limit.
    """
    deadline = PerRequest(total) if total else None
    return httpx2.Client(transport=GuardedTransport(guard, deadline), **_own(options))


def async_client(guard: Guard = OPEN_INTERNET, **options: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=AsyncGuardedTransport(guard), **_own(options))


def _own(options: dict[str, Any]) -> dict[str, Any]:
    if foreign := NOT_OURS & options.keys():
        raise TypeError(f"A guarded client decides itself about {', '.join(sorted(foreign))}.")
    return {**options, "trust_env": False, "follow_redirects": False}


class GuardedTransport(httpx2.HTTPTransport):
    def __init__(self, guard: Guard, deadline: Deadline | None = None) -> None:
        super().__init__(verify=guard.tls or public_authorities())
        self._guard, self._deadline = guard, deadline
        self._pool = httpcore2.ConnectionPool(
            network_backend=GuardedBackend(guard, deadline), **guard.pool()
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        check_url(str(request.url), self._guard.allowed)
        if self._deadline:
            self._deadline.begin()
        return super().handle_request(request)


class AsyncGuardedTransport(httpx2.AsyncHTTPTransport):
    def __init__(self, guard: Guard) -> None:
        super().__init__(verify=guard.tls or public_authorities())
        self._guard = guard
        self._pool = httpcore2.AsyncConnectionPool(
            network_backend=AsyncGuardedBackend(guard), **guard.pool()
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        check_url(str(request.url), self._guard.allowed)
        return await super().handle_async_request(request)


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections; sockets of this machine and the like it does not know at all."""

    def __init__(self, guard: Guard, deadline: Deadline | None) -> None:
        self._guard, self._deadline = guard, deadline
        self._network = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._addresses(host, port, timeout)
        for address in addresses:
            try:
                stream = self._network.connect_tcp(address, port, self._within(timeout))
                return TimedStream(stream, self._deadline) if self._deadline else stream
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise httpcore2.ConnectError(f"No address for {host}.")

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        try:
            return in_time(self._within(timeout), partial(self._guard.addresses, host, port))
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"Nobody knows where {host} is.") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"Nobody knows where {host} is.") from error

    def _within(self, timeout: float | None) -> float | None:
        return self._deadline.within(timeout) if self._deadline else timeout


class AsyncGuardedBackend(httpcore2.AsyncNetworkBackend):
    def __init__(self, guard: Guard) -> None:
        self._guard, self._network = guard, httpcore2.AnyIOBackend()
        # A name without an answer holds its thread on: not one that others wait for.
        self._resolving = anyio.CapacityLimiter(10)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._addresses(host, port, timeout)
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise httpcore2.ConnectError(f"No address for {host}.")

    async def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        ask = partial(self._guard.addresses, host, port)
        try:
            with anyio.fail_after(timeout):
                return await anyio.to_thread.run_sync(
                    ask, abandon_on_cancel=True, limiter=self._resolving
                )
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"Nobody knows where {host} is.") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"Nobody knows where {host} is.") from error
