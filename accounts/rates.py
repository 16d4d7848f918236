"""How often one may ask: so many requests a minute, counted in Valkey by one atomic script.

A person's keys and browsers share their allowance; strangers have one per address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from redis import Redis

from accounts import valkey
from accounts.requests import client_address

View = TypeVar("View", bound=Callable[..., Any])

WINDOW_SECONDS = 60
COUNT = """
    local count = redis.call('INCR', KEYS[1])
    if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
    return {count, redis.call('PTTL', KEYS[1])}
"""
Unavailable = valkey.Away  # nobody can count at the moment


@dataclass(frozen=True)
class Allowance:
    bucket: str
    limit: int
    used: int
    resets_in: int  # seconds

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit

    def tell(self, response: HttpResponseBase) -> None:
        response["RateLimit-Limit"] = str(self.limit)
        response["RateLimit-Remaining"] = str(max(0, self.limit - self.used))
        response["RateLimit-Reset"] = str(self.resets_in)
        response["RateLimit-Policy"] = f'"{self.bucket}";q={self.limit};w={WINDOW_SECONDS}'


def charged(view: View) -> View:
    """Mark a view whose changes cost money: without anybody to count, they are refused."""
    view.bucket = "answers"  # type: ignore[attr-defined]
    return view


def outside(view: View) -> View:
    """Mark a view whose changes ask a server that the person named: each holds a thread of ours."""
    view.bucket = "outside"  # type: ignore[attr-defined]
    return view


def guessable(view: View) -> View:
    """Mark a view that takes a secret, which nobody gets wrong often who knows it."""
    view.bucket = "secrets"  # type: ignore[attr-defined]
    return view


def unlimited(view: View) -> View:
    view.bucket = None  # type: ignore[attr-defined]
    return view


def bucket_of(request: HttpRequest, view: Callable[..., Any]) -> str | None:
    """What a request is counted as; None is not counted."""
    changing = getattr(view, "bucket", "writes")
    if changing is None:
        return None
    if not _is_known(request):
        return "anonymous"
    return "reads" if request.method in {"GET", "HEAD", "OPTIONS"} else changing


def spend(request: HttpRequest, bucket: str) -> Allowance:
    """Count a request and tell what is left. Raises Unavailable."""
    caller = f"person:{request.user.pk}" if _is_known(request) else _network(request)
    used, milliseconds = _count(f"rate:{bucket}:{caller}")
    return Allowance(bucket, settings.RATE_LIMITS[bucket], used, -(-milliseconds // 1000))


def _is_known(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not getattr(request, "key_refused", False)


def _network(request: HttpRequest) -> str:
    """The address; of IPv6 the /64 that one line is given, since it may use all of it."""
    given = (client_address(request) or "")[:45]
    try:
        address = ip_address(given)
    except ValueError:
        return f"address:{given}"
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or ip_network((int(address), 64), strict=False)
    return f"address:{address}"


def _count(key: str) -> tuple[int, int]:
    """How many there were within the window, this one included, and the window's rest in ms."""
    counted: tuple[int, int] = valkey.ask(
        lambda client: _script(client)(keys=[key], args=[WINDOW_SECONDS * 1000])
    )
    return counted


@cache
def _script(client: Redis) -> Callable[..., Any]:
    return client.register_script(COUNT)
