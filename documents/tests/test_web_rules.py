"""What a page, a sitemap and a robots.txt say, and which addresses belong to a section."""

from __future__ import annotations

import gzip
import time

import pytest

from documents.web import sitemaps
from documents.web.hints import read_hints
from documents.web.robots import MAX_DELAY, Rules, read_robots
from documents.web.section import Section, is_readable, is_readable_type, normal
from documents.web.sources import guessed_kind
from outbound.errors import FetchError
from outbound.fetching import Fetched
from outbound.tests.servers import page

HERE = "https://example.org/docs/a.html"


def fetched(content: bytes, url: str = HERE, **fields: str) -> Fetched:
    told = {"content_type": "text/html", "charset": "", "filename": "", "etag": ""} | fields
    return Fetched(url=url, status=200, content=content, last_modified="", **told)


# -- Pages ----------------------------------------------------------------------------------------


def test_links_are_whole_addresses_without_fragments_and_each_once():
    hints = read_hints(
        fetched(
            b"<a href='b.html#top'>b</a> <A class=x HREF=/c?x=1&amp;y=2>c</A> <a href=b.html>b</a>"
            b'<area href="//example.org/d"> <a href="mailto:a@b.c">m</a> <a href="">none</a>'
        )
    )
    assert hints.links == (
        "https://example.org/docs/b.html",
        "https://example.org/c?x=1&y=2",
        "https://example.org/d",
    )


def test_a_base_moves_the_links_and_what_is_no_text_of_the_page_holds_none():
    hints = read_hints(
        fetched(
            b'<base href="/other/"><!-- <a href="no1"> --><script>"<a href=no2>"</script>'
            b'<a href="yes">y</a><template><a href="no3"></template>'
        )
    )
    assert hints.links == ("https://example.org/other/yes",)


@pytest.mark.parametrize(
    ("content", "header", "expected"),
    [
        (b"<meta name='robots' content='NOINDEX, follow'><a href=/x>x</a>", "", (1, True)),
        (b"<meta name=robots content=none><a href=/x>x</a>", "", (0, True)),
        (b"<meta content='nofollow' name='kyrochat'><a href=/x>x</a>", "", (0, False)),
        (b"<meta name=googlebot content=noindex><a href=/x>x</a>", "", (1, False)),
        (b"<a href=/x rel='nofollow ugc'>x</a><a href=/y>y</a>", "", (1, False)),
        (b"<a href=/x>x</a>", "noindex", (1, True)),
        (b"<a href=/x>x</a>", "otherbot: noindex, KyroChat: nofollow", (0, False)),
    ],
)
def test_what_a_page_asks_programs_not_to_do(content, header, expected):
    hints = read_hints(fetched(content, robots_tag=header))
    assert (len(hints.links), hints.noindex) == expected


def test_the_canonical_address_is_the_first_named():
    content = b'<link rel="canonical" href="/docs/b.html"><link rel=canonical href=/docs/c.html>'
    assert read_hints(fetched(content)).canonical == "https://example.org/docs/b.html"


def test_a_page_of_brackets_is_read_in_no_time():
    hostile = b"<a " * 300_000 + b"<a href=" * 100_000 + b"<!--" * 100_000 + b"<script " * 50_000
    assert read_hints(fetched(hostile)).links == ()


# -- Sections -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "inside", "outside"),
    [
        (
            "https://example.org/docs/",
            ["https://example.org/docs/", "https://example.org/docs/a/b?c=d"],
            ["https://example.org/", "https://example.org/docs", "http://example.org/docs/"],
        ),
        (
            "https://example.org/docs",
            ["https://example.org/docs", "https://example.org/docs/a"],
            ["https://example.org/docs-old", "https://docs.example.org/docs"],
        ),
        (
            "https://example.org/docs/index.html",
            ["https://example.org/docs/a"],
            ["https://example.org/blog/", "https://example.org.evil.net/docs/"],
        ),
    ],
)
def test_a_section_is_what_lies_below_its_start(start, inside, outside):
    section = Section.below(start)
    assert [url for url in [*inside, *outside] if url in section] == inside


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/logo.PNG",
        "https://example.org/a.zip",
        "https://example.org/a/b/a/b/a/b/a/b",
        f"https://example.org/?day={'1' * 300}",
        f"https://example.org/{'a' * 1000}",
    ],
)
def test_what_is_not_worth_a_request(url):
    assert not is_readable(url)
    assert normal(url, HERE) == ""


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/",
        "//169.254.169.254/latest",
        "http://[::1]/",
        "javascript:x",
        "http://a\x00b",
    ],
)
def test_links_that_are_never_followed(link):
    assert normal(link, HERE) == ""


def test_types_the_product_reads():
    read = ["text/html", "application/pdf", "text/markdown", "application/octet-stream", ""]
    assert [
        kind for kind in [*read, "image/png", "text/css", "video/mp4"] if is_readable_type(kind)
    ] == read


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/", "section"),
        ("https://example.org/docs/", "section"),
        ("https://example.org/docs/a.html", "page"),
        ("https://example.org/about", "page"),
        ("https://example.org/sitemap.xml", "sitemap"),
        ("https://example.org/sitemap_index.xml.gz", "sitemap"),
    ],
)
def test_the_kind_is_guessed_from_the_address(url, kind):
    assert guessed_kind(url) == kind


# -- robots.txt -----------------------------------------------------------------------------------


def test_rules_are_ours_by_name_else_everybodys():
    rules = Rules("User-agent: *\nDisallow: /\n\nUser-agent: KyroChat\nDisallow: /private\n")
    assert rules.allows("https://example.org/docs")
    assert not rules.allows("https://example.org/private/x")
    assert not Rules("User-agent: *\nDisallow: /*.pdf$").allows("https://example.org/a.pdf")
    assert Rules("").allows("https://example.org/")


def test_a_site_may_ask_for_longer_pauses_up_to_a_bound(settings):
    settings.CRAWL_DELAY = 0.5
    assert Rules("").delay == 0.5
    assert Rules("User-agent: *\nCrawl-delay: 0.1").delay == 0.5
    assert Rules("User-agent: *\nCrawl-delay: 5").delay == 5
    assert Rules("User-agent: *\nCrawl-delay: 86400").delay == MAX_DELAY


@pytest.mark.parametrize("status", [404, 401, 403, 410, 400])
def test_without_a_robots_txt_everything_is_allowed(site, status):
    site.gone("/robots.txt", status)
    assert read_robots(site.url("/docs/")) == ""


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_robots_txt_that_is_out_of_reach_means_wait(site, status):
    site.gone("/robots.txt", status)
    with pytest.raises(FetchError) as error:
        read_robots(site.url("/docs/"))
    assert not error.value.permanent


# -- Sitemaps -------------------------------------------------------------------------------------


def urlset(*urls: str) -> bytes:
    entries = "".join(f"<url><loc>{url}</loc><image:loc>/no</image:loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset>{entries}</urlset>'.encode()


def test_an_index_leads_to_its_sitemaps_packed_or_not(site):
    index = "".join(
        f"<sitemap><loc>{url}</loc></sitemap>"
        for url in (site.url("/one.xml"), site.url("/two.xml.gz"), "https://example.org/no.xml")
    )
    site.say("/sitemap.xml", page(f"<sitemapindex>{index}</sitemapindex>".encode()))
    site.say("/one.xml", page(urlset(site.url("/a?x=1&amp;y=2"))))
    site.say("/two.xml.gz", page(gzip.compress(urlset(site.url("/b"), site.url("/b.png")))))
    found = sitemaps.read_addresses([site.url("/sitemap.xml")], Rules(""))
    assert found == [site.url("/a?x=1&y=2"), site.url("/b")]
    assert site.asked == ["/sitemap.xml", "/one.xml", "/two.xml.gz"]


def test_a_list_of_text_is_a_sitemap_and_a_page_is_none(site):
    site.say("/sitemap.txt", page(f"{site.url('/a')}\n{site.url('/b')}\n".encode()))
    site.put("/sitemap.xml", "Not found, says the page.")
    found = sitemaps.read_addresses([site.url("/sitemap.txt")], Rules(""))
    assert found == [site.url("/a"), site.url("/b")]
    with pytest.raises(FetchError) as error:
        sitemaps.read_addresses([site.url("/sitemap.xml")], Rules(""))
    assert error.value.code == "no_sitemap"


def test_a_sitemap_that_names_itself_and_one_that_unpacks_without_end_do_no_harm(site):
    circle = (
        f"<sitemapindex><sitemap><loc>{site.url('/sitemap.xml')}</loc></sitemap></sitemapindex>"
    )
    site.say("/sitemap.xml", page(circle.encode()))
    assert sitemaps.read_addresses([site.url("/sitemap.xml")], Rules("")) == []
    site.say("/bomb.xml.gz", page(gzip.compress(b"<urlset>" + b" " * 2**26)))
    assert sitemaps.read_addresses([site.url("/bomb.xml.gz")], Rules("")) == []


def test_robots_txt_names_the_sitemaps_of_its_own_site_alone():
    rules = Rules("Sitemap: https://example.org/s.xml\nSitemap: http://10.0.0.1/s.xml\n")
    assert sitemaps.places("https://example.org/docs/", rules) == ["https://example.org/s.xml"]
    assert sitemaps.places("https://example.org/", Rules("")) == ["https://example.org/sitemap.xml"]
    assert sitemaps.places("https://example.org/map.xml", rules) == ["https://example.org/map.xml"]


@pytest.mark.parametrize(
    "text",
    [
        "<urlset><loc>" + " " * 2_000_000 + "<",
        "<urlset>" + ("<loc>" + " " * 20) * 100_000,
        "<urlset>" + "<loc>http://a.example/b</loc>" * 400_000,
        "http://a.example/b\n" * 400_000,
    ],
    ids=["one address of blanks", "many of them", "a million addresses", "a list of them"],
)
def test_a_sitemap_without_end_takes_time_by_its_length_alone(text):
    listed = fetched(text.encode(), "http://a.example/sitemap.xml")
    started = time.process_time()
    count, _is_index = sitemaps.glance(listed)
    assert count <= sitemaps.MAX_ADDRESSES
    assert time.process_time() - started < 5  # hours, when each blank was tried again
