"""What a source would read, before it is one: robots.txt, the start, the sitemap. Keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.models import WebSource
from documents.web import sitemaps
from documents.web.hints import read_hints
from documents.web.robots import Rules, read_robots
from documents.web.section import Section
from documents.web.sources import guessed_kind
from outbound.addresses import AddressRefused, check_url
from outbound.errors import FetchError
from outbound.fetching import Fetcher

PATIENCE = 10.0  # seconds for each of at most three requests: somebody waits
MAX_BYTES = 5 * 2**20


@dataclass(frozen=True)
class Preview:
    """`reason` says why nothing would come of it, and is empty otherwise."""

    kind: str
    reason: str = ""
    url: str = ""  # where the redirects of the address ended
    links: int = 0  # within the section, on its first page
    listed: int = 0  # in the sitemap
    is_index: bool = False  # `listed` are sitemaps, not pages
    sitemap: str = ""
    delay: float = 0.0

    @property
    def kind_label(self) -> str:
        return str(WebSource.Kind(self.kind).label)


def look(url: str, kind: str = "") -> Preview:
    try:
        url = check_url(url)
    except AddressRefused as refusal:
        return Preview(kind or WebSource.Kind.PAGE, refusal.message)
    kind = kind or guessed_kind(url)
    try:
        return _look(url, kind)
    except FetchError as error:
        return Preview(kind, str(error))


def _look(url: str, kind: str) -> Preview:
    rules = Rules(read_robots(url))
    rules.check(url)
    place, listed, is_index = _sitemap(url, rules)
    if kind == WebSource.Kind.SITEMAP:
        reason = "" if listed else _("No sitemap was found. Read a section of the site instead.")
        return Preview(kind, reason, url, 0, listed, is_index, place, rules.delay)
    page = Fetcher(total=PATIENCE).fetch(url, max_bytes=MAX_BYTES)
    section = Section.below(page.url)
    links = sum(link in section and rules.allows(link) for link in read_hints(page).links)
    return Preview(kind, "", page.url, links, listed, is_index, place, rules.delay)


def _sitemap(url: str, rules: Rules) -> tuple[str, int, bool]:
    place = sitemaps.places(url, rules)[0]
    try:
        page = Fetcher(total=PATIENCE).fetch(place, max_bytes=MAX_BYTES)
        return place, *sitemaps.glance(page)
    except FetchError:
        return place, 0, False
