"""The deny table itself: its edges, and the addresses that hide another one inside."""

from ipaddress import ip_address, ip_network

import pytest

from outbound.networks import REFUSED, is_public


@pytest.mark.parametrize("network", REFUSED, ids=str)
def test_a_refused_network_is_refused_from_end_to_end(network):
    assert not is_public(network[0])
    assert not is_public(network[-1])


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
        *("126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255"),
        *("172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0"),
        *("223.255.255.255", "2000::1", "2001:200::1", "2001:4860:4860::8888"),
        *("2606:4700::1111", "2a00:1450::1"),
    ],
)
def test_the_neighbours_of_refused_networks_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "network",
    [
        *("::/128", "::1/128", "::/96", "64:ff9b:1::/48", "100::/64", "fc00::/7"),
        *("fe80::/10", "fec0::/10", "ff00::/8", "5f00::/16", "4000::/3", "1000::/4"),
    ],
)
def test_nothing_outside_the_assigned_space_is_public(network):
    assert not is_public(ip_network(network)[0])
    assert not is_public(ip_network(network)[-1])


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("2002:808:808::", False),
        ("2606:4700::5efe:8.8.8.8", False),
        ("2606:4700::1%eth0", False),
    ],
)
def test_an_address_inside_another_counts(written, public):
    assert is_public(ip_address(written)) is public
