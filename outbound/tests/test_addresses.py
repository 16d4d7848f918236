"""Which addresses a person may name, and the one spelling each is kept in."""

import pytest

from outbound import permits
from outbound.addresses import AddressRefused, check_url
from outbound.tests.spellings import FORBIDDEN, LOOPBACK_V4, LOOPBACK_V6, NAMES, PRIVATE


@pytest.mark.parametrize("written", FORBIDDEN)
def test_forbidden_addresses_are_refused_before_anybody_is_asked(written):
    with pytest.raises(AddressRefused) as refusal:
        check_url(written.format(port=8000))
    assert refusal.value.code in {"address_refused", "address_invalid"}
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        (
            "http://0x7f.1/",
            "address_refused",
            "127.0.0.1 is inside a private network or this server. Only public addresses are read.",
        ),
        (
            "http://example.org:8080/",
            "address_refused",
            "Only the web's own ports 80 and 443 are read, not 8080.",
        ),
        (
            "http://me:secret@example.org/",
            "address_refused",
            "An address with a user name or password in it is not read.",
        ),
        (
            "example.org",
            "address_invalid",
            "Write the whole address, beginning with http:// or https://.",
        ),
        (
            "http://256.1.1.1/",
            "address_invalid",
            "“256.1.1.1” is no host of the internet. Check the address.",
        ),
    ],
)
def test_a_refusal_says_why(written, code, message):
    with pytest.raises(AddressRefused) as refusal:
        check_url(written)
    assert (refusal.value.code, str(refusal.value)) == (code, message)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG.:443/A#part", "https://example.org/A"),
        ("http://example.org:80?q=1", "http://example.org/?q=1"),
        ("http://example.org:443/", "http://example.org:443/"),
        (" https://example.org/a b?c=d e ", "https://example.org/a%20b?c=d%20e"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://ｅｘａｍｐｌｅ.org/", "https://example.org/"),
        ("https://a_b.example.org/", "https://a_b.example.org/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://8.0x8.010.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
        ("http://[64:ff9b::8.8.8.8]/", "http://[64:ff9b::808:808]/"),
        ("https://example.org/%7Ea/../b", "https://example.org/b"),
    ],
)
def test_an_address_is_kept_in_one_spelling(written, kept):
    assert check_url(written) == kept
    assert check_url(kept) == kept


def test_an_operator_can_permit_hosts_ports_and_networks():
    allowed = permits.parsed(["wiki.internal", "127.0.0.1:8000", "[::1]:8000", "10.1.0.0/16"])
    for permitted in (
        "http://wiki.internal/",
        "http://wiki.internal:8080/",
        "http://127.0.0.1:8000/",
        "http://0x7f.1:8000/",
        "http://[::1]:8000/",
        "http://10.1.2.3:9200/",
    ):
        check_url(permitted, allowed)
    for refused in (
        "http://127.0.0.1/",
        "http://127.0.0.1:8001/",
        "http://127.0.0.2:8000/",
        "http://[::1]/",
        "http://10.2.0.1/",
        "http://user@wiki.internal/",
    ):
        with pytest.raises(AddressRefused):
            check_url(refused, allowed)


@pytest.mark.parametrize("written", [*LOOPBACK_V4, *LOOPBACK_V6, *NAMES, *PRIVATE])
def test_permitting_one_host_opens_no_other(written):
    with pytest.raises(AddressRefused):
        check_url(written.format(port=8000), permits.parsed(["wiki.internal:8000"]))


@pytest.mark.parametrize("written", ["10.0.0.1/8", "a b", "x:y:z", "http://a.example/", ""])
def test_a_permit_that_cannot_be_read_stops_the_start(written):
    with pytest.raises(ValueError, match=f"“{written}” is no host"):
        permits.parsed([written])
