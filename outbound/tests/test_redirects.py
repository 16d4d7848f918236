"""Where a server sends us on to is checked like what a person typed."""

import pytest

from outbound import permits
from outbound.fetching import Fetcher, FetchError, fetch
from outbound.tests.certificates import server_context, trusting
from outbound.tests.servers import page, redirect, site
from outbound.tests.spellings import FORBIDDEN, MALFORMED
from outbound.transport import Guard

# Relative ones lead back to the site itself, and no header can hold the signs left out.
LEADING_ELSEWHERE = [
    written
    for written in FORBIDDEN
    if ("://" in written or written.startswith("//")) and not set("\n\t\0") & set(written)
]


@pytest.mark.parametrize("written", LEADING_ELSEWHERE)
def test_a_redirect_to_a_forbidden_address_is_not_followed(outside, inside, written):
    target = written.strip().format(port=inside[0].port)
    outside.pages["/"] = redirect(target.encode().decode("latin-1"))
    # no name is asked for on the network: its answer could be late, and would not lead inside
    leading_inside = Fetcher(Guard(resolve=lambda host, port: ["127.0.0.1"]))
    with pytest.raises(FetchError) as refusal:
        leading_inside.fetch(outside.url(), max_bytes=100)
    assert [here.connections for here in inside] == [0] * len(inside)
    if written not in MALFORMED:
        assert refusal.value.permanent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(outside, status):
    outside.pages |= {"/": redirect("/next", status), "/next": page(b"Here.")}
    fetched = fetch(outside.url(), max_bytes=100)
    assert (fetched.content, fetched.url) == (b"Here.", outside.url("/next"))


@pytest.mark.parametrize(("hops", "arrives"), [(3, True), (4, False)])
def test_three_redirects_are_the_most(outside, hops, arrives):
    outside.pages = {f"/{number}": redirect(f"/{number + 1}") for number in range(hops)}
    outside.pages[f"/{hops}"] = page(b"Here.")
    if arrives:
        assert fetch(outside.url("/0"), max_bytes=100).content == b"Here."
        return
    with pytest.raises(FetchError) as refusal:
        fetch(outside.url("/0"), max_bytes=100)
    assert (refusal.value.code, refusal.value.permanent) == ("fetch_redirects", True)
    assert len(outside.requests) == 4


def test_headers_for_the_first_server_go_to_no_other(outside):
    with site("127.0.0.2") as other:
        permits.configure([outside.place, other.place])
        outside.pages |= {"/": redirect("/next"), "/next": redirect(other.url())}
        other.pages["/"] = page()
        fetch(outside.url(), max_bytes=100, headers={"If-None-Match": '"secret"'})
        assert [r.get("If-None-Match") for r in outside.requests] == ['"secret"'] * 2
        assert "If-None-Match" not in other.requests[0]


def test_cookies_are_not_kept_from_one_visit_to_the_next(outside):
    outside.pages |= {"/next": page(), "/": lambda handler: _with_cookie(handler)}
    fetch(outside.url(), max_bytes=100)
    assert [request.get("Cookie") for request in outside.requests] == [None, None]


def _with_cookie(handler):
    handler.send_response(302)
    handler.send_header("Location", "/next")
    handler.send_header("Set-Cookie", "session=1; Path=/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_the_way_from_https_to_http_is_refused(outside, tmp_path):
    with site(tls=server_context("pages.example", tmp_path)) as secure:
        permits.configure([outside.place, f"127.0.0.1:{secure.port}"])
        secure.pages["/"] = redirect(outside.url())
        guard = Guard(resolve=lambda host, port: ["127.0.0.1"], tls=trusting())
        with pytest.raises(FetchError) as refusal:
            Fetcher(guard).fetch(secure.url("/", "pages.example"), max_bytes=100)
    assert (refusal.value.code, outside.connections) == ("fetch_insecure", 0)


def test_a_page_that_has_become_a_sign_in_is_not_the_page(outside):
    outside.pages |= {"/": redirect("/login?next=/"), "/login?next=/": page(b"Password:")}
    with pytest.raises(FetchError) as refusal:
        fetch(outside.url(), max_bytes=100)
    assert (refusal.value.code, refusal.value.permanent) == ("fetch_forbidden", True)
    assert fetch(outside.url("/login?next=/"), max_bytes=100).content == b"Password:"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/", "mailto:a@b.org"])
def test_who_is_led_to_no_web_address_is_not_asked_to_write_it_again(outside, target):
    outside.pages["/"] = redirect(target)
    with pytest.raises(FetchError, match=r"^The page leads to an address that is not read\.$"):
        fetch(outside.url(), max_bytes=100)
