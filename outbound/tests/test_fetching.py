"""What a fetch brings, and the bounds it keeps, against servers that mean no good."""

import gzip
import time
import zlib

import pytest

from outbound import permits
from outbound.fetching import Fetcher, FetchError, fetch
from outbound.tests.certificates import server_context, trusting
from outbound.tests.servers import page, site
from outbound.transport import Guard


def refused(url: str, fetcher: Fetcher | None = None, max_bytes: int = 1000) -> FetchError:
    with pytest.raises(FetchError) as refusal:
        (fetcher or Fetcher()).fetch(url, max_bytes=max_bytes)
    return refusal.value


def test_a_page_comes_with_what_the_server_says_of_it(outside):
    outside.pages["/a/b%20c.html?q=1"] = page(
        b"<p>Hi",
        Content_Type="text/html; charset=ISO-8859-7",
        ETag='"1"',
        Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT",
    )
    fetched = fetch(outside.url("/a/b c.html?q=1#part"), max_bytes=5)
    assert fetched.url == outside.url("/a/b%20c.html?q=1")
    assert (fetched.status, fetched.content, fetched.filename) == (200, b"<p>Hi", "b c.html")
    assert (fetched.content_type, fetched.charset) == ("text/html", "iso-8859-7")
    assert (fetched.etag, fetched.last_modified) == ('"1"', "Mon, 02 Mar 2026 10:00:00 GMT")


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="report.pdf"', "report.pdf"),
        ("attachment; filename*=UTF-8''%e2%82%ac%20rates.pdf", "€ rates.pdf"),
        ("inline", "page"),
        ("attachment; filename*=nonsense''%ff", "ÿ"),
        ('attachment; filename="../../etc/passwd"', "../../etc/passwd"),  # the caller's to clean
    ],
)
def test_the_name_is_what_the_server_proposes(outside, disposition, name):
    outside.pages["/page"] = page(Content_Disposition=disposition)
    assert fetch(outside.url("/page"), max_bytes=100).filename == name


def test_we_say_who_we_are_and_nothing_of_the_person(outside):
    outside.pages["/"] = page()
    fetch(outside.url(), max_bytes=100)
    assert set(outside.requests[0].keys()) == {
        *("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection")
    }
    assert outside.requests[0]["User-Agent"].startswith("KyroChat/")


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (404, "fetch_not_found", True),
        (410, "fetch_not_found", True),
        (401, "fetch_forbidden", True),
        (403, "fetch_forbidden", True),
        (451, "fetch_forbidden", True),
        (400, "fetch_failed", True),
        (418, "fetch_failed", True),
        (206, "fetch_failed", True),
        (300, "fetch_failed", True),
        (408, "fetch_unreachable", False),
        (429, "fetch_busy", False),
        (500, "fetch_unreachable", False),
        (503, "fetch_unreachable", False),
    ],
)
def test_other_answers_are_told_and_tried_again_where_that_helps(outside, status, code, permanent):
    outside.pages["/"] = page(status=status)
    error = refused(outside.url())
    assert (error.code, error.permanent) == (code, permanent)
    assert str(error).startswith("127.0.0.1 ")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("999999", 3600), ("Thu, 01 Jan 2026 00:00:00 GMT", 0), ("soon", None), ("", None)],
)
def test_a_server_may_ask_for_a_pause(outside, header, seconds):
    outside.pages["/"] = page(status=429, Retry_After=header)
    assert refused(outside.url()).retry_after == seconds


def test_nothing_has_changed_is_an_answer(outside):
    outside.pages["/"] = page(b"", 304)
    fetched = fetch(outside.url(), max_bytes=100, headers={"If-None-Match": '"1"'})
    assert (fetched.status, fetched.content) == (304, b"")


def test_a_server_that_is_not_there_may_come_back(outside):
    with site("127.0.0.1") as gone:
        url = gone.url()
    permits.configure(["127.0.0.1"])
    error = refused(url)
    assert (error.code, error.permanent) == ("fetch_unreachable", False)


# -- Size ---------------------------------------------------------------------------------------


def test_the_size_announced_is_believed_when_it_is_too_large(outside):
    outside.pages["/"] = page(b"x", Content_Length=str(2**40))
    error = refused(outside.url(), max_bytes=2**20)
    assert (error.code, str(error)) == (
        "fetch_too_large",
        "The page or file is larger than 1 MB.",
    )


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
def test_the_size_that_comes_is_counted(outside, size, fits):
    def chunked(handler):
        handler.send_response(200)
        handler.end_headers()  # no length: until the connection ends
        handler.wfile.write(b"x" * size)

    outside.pages["/"] = chunked
    if fits:
        assert len(fetch(outside.url(), max_bytes=1000).content) == 1000
    else:
        assert refused(outside.url()).code == "fetch_too_large"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(bytes(50_000_000))),
        ("deflate", zlib.compress(bytes(50_000_000))),
    ],
)
def test_a_bomb_is_not_unpacked(outside, encoding, packed):
    outside.pages["/"] = page(packed, Content_Encoding=encoding)
    error = refused(outside.url(), max_bytes=2**20)
    assert (error.code, len(packed) < 2**20) == ("fetch_too_large", True)


def test_a_packed_page_is_unpacked(outside):
    outside.pages["/"] = page(gzip.compress(b"The sky is blue."), Content_Encoding="gzip")
    assert fetch(outside.url(), max_bytes=100).content == b"The sky is blue."


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, br", "made-up"])
def test_encodings_nobody_asked_for_are_not_unpacked(outside, encoding):
    outside.pages["/"] = page(gzip.compress(gzip.compress(b"x")), Content_Encoding=encoding)
    assert refused(outside.url()).code == "fetch_failed"


def test_what_only_claims_to_be_packed_cannot_be_read(outside):
    outside.pages["/"] = page(b"The sky is blue.", Content_Encoding="gzip")
    assert refused(outside.url()).code == "fetch_failed"


def test_a_cut_page_is_not_taken_for_the_whole(outside):
    outside.pages["/"] = page(b"The sky", Content_Length="16")
    error = refused(outside.url())
    assert (error.code, error.permanent) == ("fetch_unreachable", False)


def test_headers_without_end_are_given_up(outside):
    def endless(handler):
        handler.send_response(200)
        for number in range(10_000):
            handler.send_header(f"X-{number}", "x" * 100)
        handler.end_headers()

    outside.pages["/"] = endless
    error = refused(outside.url())
    assert (error.code, error.permanent) == ("fetch_unreachable", False)


# -- Time ---------------------------------------------------------------------------------------


def drip(handler, first: bytes, drop: bytes):
    handler.wfile.write(first)
    while True:
        time.sleep(0.05)
        handler.wfile.write(drop)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "headers", "early hints"],
)
def test_a_server_that_drips_meets_the_total_time(outside, first, drop):
    outside.pages["/"] = lambda handler: drip(handler, first, drop)
    started = time.monotonic()
    error = refused(outside.url(), Fetcher(idle=5, total=0.5))
    assert (error.code, error.permanent) == ("fetch_timeout", False)
    assert time.monotonic() - started < 2


def test_the_total_time_counts_all_redirects(outside):
    def slow(handler):
        time.sleep(0.3)
        handler.send_response(302)
        handler.send_header("Location", "/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    outside.pages["/"] = slow
    error = refused(outside.url(), Fetcher(total=0.5))
    assert (error.code, len(outside.requests)) == ("fetch_timeout", 2)


def test_a_silent_server_is_given_up(outside):
    outside.pages["/"] = lambda handler: time.sleep(1)
    started = time.monotonic()
    assert refused(outside.url(), Fetcher(idle=0.2)).code == "fetch_timeout"
    assert time.monotonic() - started < 0.9


def test_whoever_waits_is_called_and_may_stop_it(outside):
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    outside.pages["/"] = lambda handler: drip(handler, head, b"x")
    with pytest.raises(Stopped):
        Fetcher(total=5).fetch(outside.url(), max_bytes=1000, waiting=stop)


# -- TLS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "is_trusted"), [("a.example", True), ("b.example", False)])
def test_the_certificate_must_be_that_of_the_host(tmp_path, host, is_trusted):
    with site(tls=server_context("a.example", tmp_path)) as secure:
        permits.configure([secure.place])
        secure.pages["/"] = page(b"Safe.")
        guard = Guard(resolve=lambda host, port: ["127.0.0.1"], tls=trusting())
        if is_trusted:
            fetched = Fetcher(guard).fetch(secure.url("/", host), max_bytes=100)
            assert fetched.content == b"Safe."
            return
        error = refused(secure.url("/", host), Fetcher(guard))
    assert (error.code, error.permanent, secure.requests) == ("fetch_insecure", True, [])
    assert str(error) == (
        "b.example cannot prove that it is b.example: its certificate is not valid."
    )


def test_a_certificate_of_nobody_known_is_refused(tmp_path):
    with site(tls=server_context("a.example", tmp_path)) as secure:
        permits.configure([secure.place])
        guard = Guard(resolve=lambda host, port: ["127.0.0.1"])
        assert refused(secure.url("/", "a.example"), Fetcher(guard)).code == "fetch_insecure"
        assert secure.requests == []
