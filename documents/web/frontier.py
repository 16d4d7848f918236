"""Which pages a run has still to visit: rows, so that a killed worker's successor goes on there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from documents.models import WebPage, WebSource
from documents.web import keeping
from documents.web.robots import FORBIDDEN, Rules, forbidden
from documents.web.section import MAX_DEPTH, is_readable


def want(source: WebSource, urls: Iterable[str], depth: int, rules: Rules) -> None:
    """Add addresses to the run, as long as its budget lasts; call with the source locked.

    What robots.txt forbids costs no budget, but such rows end somewhere too.
    """
    urls = [url for url in dict.fromkeys(urls) if not depth or is_readable(url)]
    known = {page.url: page for page in source.pages.light().filter(url__in=urls)}
    new = [url for url in urls if url not in known or known[url].wanted_run < source.run]
    if not new or depth > MAX_DEPTH:
        return
    allowed = [url for url in new if rules.allows(url)]
    room = source.page_limit - _wanted(source)
    if len(allowed) > room:
        source.run_counts["limited"] = "pages"
    _add(source, allowed[: max(room, 0)], known, depth)
    _forbid(source, [url for url in new if not rules.allows(url)], known)


def next_page(source: WebSource) -> WebPage | None:
    """Breadth first: what is fewer clicks from the start is read first."""
    waiting = source.pages.filter(wanted_run=source.run, seen_run__lt=source.run)
    return waiting.order_by("depth", "id").first()


def _wanted(source: WebSource) -> int:
    return source.pages.filter(wanted_run=source.run).exclude(code=FORBIDDEN).count()


def _add(source: WebSource, urls: Sequence[str], known: dict[str, WebPage], depth: int) -> None:
    again = [known[url].pk for url in urls if url in known]
    source.pages.filter(pk__in=again).update(wanted_run=source.run, depth=depth)
    source.pages.filter(pk__in=again, code=FORBIDDEN).update(
        code="", reason="", state=WebPage.State.FOUND
    )
    WebPage.objects.bulk_create(
        WebPage(
            owner_id=source.owner_id, source=source, url=url, depth=depth, wanted_run=source.run
        )
        for url in urls
        if url not in known
    )


def _forbid(source: WebSource, urls: Sequence[str], known: dict[str, WebPage]) -> None:
    room = 2 * source.page_limit - source.pages.count()
    for url in urls:
        if url not in known and room <= 0:
            continue
        room -= url not in known
        page = known.get(url) or WebPage(owner_id=source.owner_id, source=source, url=url)
        page.wanted_run = page.seen_run = source.run
        keeping.leave_out(source, page, FORBIDDEN, forbidden())
        page.save()
