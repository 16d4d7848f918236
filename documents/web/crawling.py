"""A slice of a run: some seconds of visits, one request after the other, with pauses between."""

from __future__ import annotations

import datetime as dt
import time

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from documents.models import WebPage, WebSource
from documents.web import endings, frontier, sitemaps, visits
from documents.web.robots import Rules, read_robots
from documents.web.runs import Run, RunLost
from documents.web.section import Section
from outbound.errors import FetchError

log = structlog.get_logger(__name__)
LONG_PAUSE = 2.0  # seconds; during longer ones the worker does something else
LONGEST_RUN = dt.timedelta(hours=6)


def crawl(held: Run) -> None:
    """Go on with the claimed run for a while. Safe to be killed at any point and done again."""
    with structlog.contextvars.bound_contextvars(source_id=str(held.source_id)):
        try:
            _crawl_or_end(held)
        except RunLost:  # cancelled, deleted or taken over: not ours to say how it ended
            log.info("run_lost")


def _crawl_or_end(held: Run) -> None:
    try:
        _crawl(held)
    except RunLost:
        raise
    except QuotaExceeded as refusal:
        endings.end_with_error(held, "quota_exceeded", str(refusal))
    except FetchError as error:
        endings.wait_or_end(held, error)
    except Exception:
        endings.end_with_error(held, "unexpected", _("Something went wrong on our side."))
        raise


def _crawl(held: Run) -> None:
    ends_at = time.monotonic() + settings.CRAWL_SLICE_SECONDS
    source = _begun(held)
    while True:
        held.beat()
        with scope(held.owner_id):
            source = held.source()
            page = frontier.next_page(source)
        if page is None or timezone.now() - source.began_at > LONGEST_RUN:
            return endings.finish(held)
        _visit(held, source, page)
        pause = Rules(source.robots).delay
        if pause > LONG_PAUSE:
            return held.release(pause)
        time.sleep(pause)
        if time.monotonic() >= ends_at:
            return held.release(0)


def _visit(held: Run, source: WebSource, page: WebPage) -> None:
    """One page that does not answer is given up, several in a row stop the run."""
    try:
        visits.visit(held, source, page)
    except FetchError as error:
        if page.depth == 0 or endings.must_wait(source, error):
            raise
        visits.give_up(held, page, error)


def _begun(held: Run) -> WebSource:
    """The source once its run has read robots.txt and knows where to start."""
    with scope(held.owner_id):
        source = held.source()
    if source.began_at:
        return source
    robots = read_robots(source.url, held.beat)
    starts = _listed(held, source, Rules(robots))
    with scope(held.owner_id):
        source = held.source(lock=True)
        source.robots, source.root, source.began_at = robots, source.url, timezone.now()
        frontier.want(source, starts, int(source.kind == source.Kind.SITEMAP), Rules(robots))
        source.error_message = ""
        source.save()
    return source


def _listed(held: Run, source: WebSource, rules: Rules) -> list[str]:
    """Where the run starts: the one address, or all that the site's sitemap names."""
    if source.kind != source.Kind.SITEMAP:
        rules.check(source.url)
        return [source.url]
    bounds = Section.below(source.url)
    if sitemaps.is_sitemap(source.url):
        bounds = Section.whole_site(source.url)
    places = sitemaps.places(source.url, rules)
    with held.kept_alive():
        named = sitemaps.read_addresses(places, rules, held.beat)
    if within := [url for url in named if url in bounds]:
        return within
    raise FetchError("no_sitemap", _("The sitemap names no page of this site."), permanent=True)
