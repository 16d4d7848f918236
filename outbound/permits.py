"""Where requests may go: the public internet on the web's ports, and what an operator adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from outbound.errors import AddressRefused
from outbound.hosts import is_private_name, literal, normal_server
from outbound.networks import IPAddress, is_public

PORTS = {80, 443}


@dataclass(frozen=True)
class Permits:
    """Beyond the public internet: names and networks, each on one port or (None) on any."""

    names: frozenset[tuple[str, int | None]] = frozenset()
    networks: frozenset[tuple[IPv4Network | IPv6Network, int | None]] = frozenset()

    def has_name(self, host: str, port: int) -> bool:
        return not self.names.isdisjoint({(host, port), (host, None)})

    def has_address(self, address: IPAddress, port: int) -> bool:
        if port in PORTS and is_public(address):
            return True
        return any(address in network and only in {port, None} for network, only in self.networks)

    def could_have(self, host: str, port: int) -> bool:
        """Whether it is worth asking where the host leads; the answer is then checked again."""
        if address := literal(host):
            return self.has_address(address, port) or self.has_name(host, port)
        if self.networks or self.has_name(host, port):
            return True
        return port in PORTS and not is_private_name(host)


def parsed(allowed: Iterable[str]) -> Permits:
    """Of `host`, `host:port`, `10.0.0.0/8`, `[::1]:8080`. Raises ValueError with the culprit."""
    names: set[tuple[str, int | None]] = set()
    networks: set[tuple[IPv4Network | IPv6Network, int | None]] = set()
    for written in allowed:
        try:
            if "/" in written:
                networks.add((ip_network(written), None))
                continue
            host, port = normal_server(written)
        except (AddressRefused, ValueError) as error:
            raise ValueError(f"“{written}” is no host, host:port or network.") from error
        if address := literal(host):
            networks.add((ip_network(address), port))
        else:
            names.add((host, port))
    return Permits(frozenset(names), frozenset(networks))


_current = Permits()


def configure(allowed: Iterable[str] = ()) -> None:
    """What the operator permits besides the public internet (KYRO_FETCH_ALLOW)."""
    global _current
    _current = parsed(allowed)


def current() -> Permits:
    return _current
