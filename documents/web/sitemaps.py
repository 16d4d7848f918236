"""The addresses a site lists itself: sitemap.xml, its index, text lists, each also as gzip.

No XML parser: <loc> is all that is wanted, and a pattern cannot be made to expand anything.
https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterator
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from documents.web.robots import Rules
from documents.web.section import Section, normal
from outbound.errors import FetchError
from outbound.fetching import Fetched, fetch

MAX_BYTES = 10 * 2**20  # on the way
MAX_UNPACKED = 50 * 2**20
MAX_FILES = 50  # of an index
MAX_ADDRESSES = 10_000
MAX_PAUSE = 2.0  # seconds between two of them
LOC = re.compile(r"<loc>\s*+(?:<!\[CDATA\[\s*+)?([^<\]\s]{1,2000})", re.I)
WORD = re.compile(r"(\S{1,2000})")
ENTRIES = re.compile(r"<sitemapindex\b", re.I)
LIKE_A_FILE = re.compile(r".*sitemap[^/]*|.*\.(xml|xml\.gz|txt)", re.I)


def is_sitemap(url: str) -> bool:
    """By its name; what it is shows when it is read."""
    return bool(LIKE_A_FILE.fullmatch(urlsplit(url).path.rpartition("/")[2]))


def places(url: str, rules: Rules) -> list[str]:
    """Where the sitemap of a source may be: the address itself, else what robots.txt names, else
    where sitemaps usually are. Of its own site alone."""
    if is_sitemap(url):
        return [url]
    site = Section.whole_site(url)
    named = [normal(place, url) for place in rules.sitemaps]
    return [place for place in named if place in site] or [f"{site.site}/sitemap.xml"]


def read_addresses(
    starts: list[str], rules: Rules, waiting: Callable[[], None] | None = None
) -> list[str]:
    """The addresses of these sitemaps and those they name, politely. Raises FetchError."""
    found: dict[str, None] = {}
    waiting_for, seen = list(starts), set(starts)
    while waiting_for and len(seen) <= MAX_FILES and len(found) < MAX_ADDRESSES:
        place = waiting_for.pop(0)
        if not rules.allows(place):
            continue
        time.sleep(min(rules.delay, MAX_PAUSE))
        text = _text(fetch(place, max_bytes=MAX_BYTES, waiting=waiting))
        if not ENTRIES.search(text[:2000]):
            found |= dict.fromkeys(_listed(text, place))
            continue
        for inner in _listed(text, place):
            if inner in Section.whole_site(place) and inner not in seen:
                seen.add(inner)
                waiting_for.append(inner)
    return list(found)[:MAX_ADDRESSES]


def glance(page: Fetched) -> tuple[int, bool]:
    """How many addresses one sitemap names (up to MAX_ADDRESSES), and whether they are sitemaps
    again."""
    text = _text(page)
    return sum(1 for _address in _written(text)), bool(ENTRIES.search(text[:2000]))


def _listed(text: str, place: str) -> Iterator[str]:
    for address in _written(text):
        # an index names files that nobody reads as pages
        if url := normal(unescape(address).removesuffix(".gz"), place):
            yield url + (".gz" if address.endswith(".gz") else "")


def _written(text: str) -> Iterator[str]:
    found = LOC.finditer(text) if "<" in text[:1000] else WORD.finditer(text)
    return (match[1] for match in islice(found, MAX_ADDRESSES))


def _text(page: Fetched) -> str:
    content = page.content
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(content)
    if b"<" not in content[:1000] and b"http" not in content[:1000]:
        raise _no_sitemap(page.url)
    if b"<html" in content[:2000].lower():
        raise _no_sitemap(page.url)
    return content.decode("utf-8", "replace")


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        return unpacker.decompress(content, MAX_UNPACKED)
    except zlib.error as error:
        raise FetchError("sitemap_unreadable", "The sitemap is damaged.", permanent=True) from error


def _no_sitemap(url: str) -> FetchError:
    message = f"There is no sitemap at {url}. Read a section of the site instead."
    return FetchError("no_sitemap", message, permanent=True)
