"""A host as a person may write it, in its one normal spelling.

What browsers and resolvers take for an IPv4 address is one here too: decimal, octal, hex and
short forms, full-width digits. https://url.spec.whatwg.org/#host-parsing
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import idna

from outbound.errors import invalid
from outbound.networks import IPAddress

SERVER = re.compile(r"(\[[^\]]*\]|[^\[\]:]+)(?::([0-9]{0,5}))?")
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that never lead to the public internet (RFC 6761, 6762, 8375, 9476 and habit).
PRIVATE_NAMES = re.compile(
    r"[^.]+|.*\.(localhost|localdomain6?|local|internal|intranet|private|lan|home|corp|home\.arpa"
    r"|test|invalid|onion|alt)"
)


def normal_server(written: str) -> tuple[str, int | None]:
    """`host`, `host:port` or `[IPv6]:port` as a normal host and the port, if one is given."""
    parts = SERVER.fullmatch(written)
    if not parts:
        raise _no_host(written)
    return normal_host(parts[1]), int(parts[2]) if parts[2] else None


def normal_host(written: str) -> str:
    """Lower case, ASCII, without a trailing dot; IPv4 as four numbers, IPv6 short and without
    brackets. Raises AddressRefused when it is no host."""
    if written.startswith("["):
        return str(_ipv6(written))
    try:
        # The mapping also undoes full-width digits, ideographic dots and invisible characters.
        host = written if written.isascii() else idna.encode(written, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise _no_host(written) from error
    host = host.lower().removesuffix(".")
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        return str(_ipv4(host))
    if len(host) > 253 or not NAME.fullmatch(host):
        raise _no_host(written)
    return host


def literal(host: str) -> IPAddress | None:
    """The address that a normal host is, None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_private_name(host: str) -> bool:
    return bool(PRIVATE_NAMES.fullmatch(host))


def _ipv6(written: str) -> IPv6Address:
    try:
        address = IPv6Address(written[1:-1] if written.endswith("]") else "")
    except ValueError as error:
        raise _no_host(written) from error
    if address.scope_id:
        raise _no_host(written)
    return address


def _ipv4(host: str) -> IPv4Address:
    """As inet_aton reads it: up to four numbers, the last of which fills the rest."""
    try:
        *first, last = numbers = [_number(part) for part in host.split(".")]
    except ValueError as error:
        raise _no_host(host) from error
    if len(numbers) > 4 or max(first, default=0) > 255 or last >= 256 ** (5 - len(numbers)):
        raise _no_host(host)
    return IPv4Address(last + sum(number << 24 - 8 * place for place, number in enumerate(first)))


def _number(part: str) -> int:
    if not NUMBER.fullmatch(part):
        raise ValueError(part)
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def _no_host(written: str) -> Exception:
    return invalid(f"“{written[:100]}” is no host of the internet. Check the address.")
