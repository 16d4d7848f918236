"""From a name to the addresses that may be connected to: asked once, every answer checked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from ipaddress import ip_address

from outbound import permits
from outbound.errors import refused
from outbound.hosts import literal, normal_host
from outbound.permits import Permits

Resolver = Callable[[str, int], list[str]]
MOST_ADDRESSES = 3  # tried, one after the other


def ask_system(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connectable(
    host: str, port: int, *, resolve: Resolver = ask_system, allowed: Permits | None = None
) -> list[str]:
    """The addresses of a host. One that may not be reached refuses them all: a name that leads
    both outside and inside is an attempt to get in. Raises AddressRefused and OSError."""
    allowed = allowed or permits.current()
    host = normal_host(f"[{host}]" if ":" in host else host)
    answers = [host] if literal(host) else resolve(host, port)
    reached = [ip_address(answer) for answer in answers]
    free = allowed.has_name(host, port)
    if not (free or all(allowed.has_address(address, port) for address in reached)):
        raise refused(host)
    return [str(address) for address in reached[:MOST_ADDRESSES]]


def in_time(seconds: float | None, call: Callable[[], list[str]]) -> list[str]:
    """The system's resolver knows no timeout: it is left behind when it takes longer."""
    answer: Future[list[str]] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except Exception as error:  # noqa: BLE001 – raised again where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return answer.result(seconds)
