"""Web addresses as people write them: put into their one normal spelling, or refused."""

from __future__ import annotations

import re

import httpx2

from outbound import permits
from outbound.errors import AddressRefused, invalid, refused
from outbound.hosts import normal_server
from outbound.permits import PORTS, Permits

__all__ = ["AddressRefused", "check_url"]

MAX_LENGTH = 2000
PARTS = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def check_url(url: str, allowed: Permits | None = None) -> str:
    """The address in its normal spelling, without a fragment.

    Asks no resolver: where its name leads is checked when we connect. Raises AddressRefused.
    """
    whole = PARTS.fullmatch(url.strip())
    if not whole or UNPRINTABLE.search(url.strip()):
        raise invalid("Write the whole address, beginning with http:// or https://.")
    scheme, (host, port) = whole[1].lower(), _server(whole[2])
    if port is None:
        port = {"http": 80, "https": 443}[scheme]
    if not (allowed or permits.current()).could_have(host, port):
        raise refused(host) if port in PORTS else _wrong_port(port)
    return _written(scheme, host, port, whole[3])


def _server(written: str) -> tuple[str, int | None]:
    if "@" in written:
        raise AddressRefused(
            "address_refused", "An address with a user name or password in it is not read."
        )
    return normal_server(written)


def _written(scheme: str, host: str, port: int, path: str) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    try:
        # A missing first slash (no path, or a query alone) is part of the normal spelling.
        slash = "" if path.startswith("/") else "/"
        url = str(httpx2.URL(f"{scheme}://{bracketed}:{port}{slash}{path}"))
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise invalid("This address cannot be read. Check it.") from error
    if len(url) > MAX_LENGTH:
        raise invalid(f"This address is longer than {MAX_LENGTH} characters.")
    return url


def _wrong_port(port: int) -> AddressRefused:
    message = f"Only the web's own ports 80 and 443 are read, not {port}."
    return AddressRefused("address_refused", message)
