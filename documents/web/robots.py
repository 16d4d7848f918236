"""What a site allows programs to read (RFC 9309), and how fast."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from protego import Protego

from outbound import failures
from outbound.addresses import check_url
from outbound.errors import FetchError
from outbound.fetching import Fetcher
from outbound.identity import NAME

MAX_BYTES = 512 * 1024
PATIENCE = 15.0  # seconds
MAX_DELAY = 30.0  # seconds; a site that asks for more is read that slowly
MAX_SITEMAPS = 20
FORBIDDEN = "robots"  # the code of an address that robots.txt keeps from us
# Answers that mean "there is no robots.txt": everything is allowed. Others may pass: wait.
NONE_THERE = {"fetch_not_found", "fetch_forbidden", "fetch_failed", "fetch_redirects"}


def read_robots(url: str, waiting: Callable[[], None] | None = None) -> str:
    """The robots.txt of the address's site, empty where there is none. Raises FetchError."""
    with failures.told(url):
        parts = urlsplit(check_url(url))
    try:
        page = Fetcher(total=PATIENCE).fetch(
            f"{parts.scheme}://{parts.netloc}/robots.txt", max_bytes=MAX_BYTES, waiting=waiting
        )
    except FetchError as error:
        if error.code in NONE_THERE:
            return ""
        raise
    return page.content.decode("utf-8", "replace").replace("\0", "")


def forbidden() -> str:
    return _("The site's robots.txt asks programs not to read this address.")


class Rules:
    def __init__(self, text: str) -> None:
        self._text = text

    def allows(self, url: str) -> bool:
        return bool(self._parsed.can_fetch(url, NAME))

    def check(self, url: str) -> None:
        """Raises FetchError for what robots.txt forbids."""
        if not self.allows(url):
            raise FetchError(FORBIDDEN, forbidden(), permanent=True)

    @property
    def delay(self) -> float:
        """Seconds between two requests: ours, or the site's where it wants more."""
        asked = self._parsed.crawl_delay(NAME) or 0.0
        rate = self._parsed.request_rate(NAME)
        if rate and rate.requests:
            asked = max(asked, rate.seconds / rate.requests)
        return max(float(settings.CRAWL_DELAY), min(asked, MAX_DELAY))

    @property
    def sitemaps(self) -> list[str]:
        return list(self._parsed.sitemaps)[:MAX_SITEMAPS]

    @cached_property
    def _parsed(self) -> Protego:
        return Protego.parse(self._text)
