"""Which addresses belong to the public internet. Our own table: Python's `is_global` takes NAT64
of the metadata address and 6to4 of loopback for public.

IPv4: https://www.iana.org/assignments/iana-ipv4-special-registry
IPv6: https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

IPAddress = IPv4Address | IPv6Address

REFUSED_V4 = [
    "0.0.0.0/8",  # unspecified, this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # behind a carrier's NAT; metadata of Alibaba
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # Azure's host: a public number that never leaves the machine
    "169.254.0.0/16",  # link-local; metadata of most clouds
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments; metadata of Oracle
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # AMT
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarking
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
]
# Outside of 2000::/3 nothing is public: ::, ::1, IPv4-compatible, 64:ff9b:1::/48 (local NAT64),
# discard, unique local with the metadata address fd00:ec2::254, link-local, site-local, multicast.
PUBLIC_V6 = IPv6Network("2000::/3")
REFUSED_V6 = [
    "2001::/23",  # protocol assignments: Teredo, benchmarking, AMT, ORCHID
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "2620:4f:8000::/48",  # AS112
    "3ffe::/16",  # 6bone
    "3fff::/20",  # documentation
]
REFUSED = [ip_network(network) for network in (*REFUSED_V4, *REFUSED_V6)]
# IPv6-only hosts reach the whole IPv4 internet through it, so it counts as the address inside.
NAT64 = IPv6Network("64:ff9b::/96")
ISATAP = {0x0000_5EFE, 0x0200_5EFE}  # first half of the interface id; an IPv4 address follows


def is_public(address: IPAddress) -> bool:
    if isinstance(address, IPv6Address):
        if inside := _ipv4_inside(address):
            return is_public(inside)
        if (
            address.scope_id
            or address not in PUBLIC_V6
            or int(address) >> 32 & 0xFFFF_FFFF in ISATAP
        ):
            return False
    return not any(address in network for network in REFUSED)


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64 and not address.scope_id:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped
