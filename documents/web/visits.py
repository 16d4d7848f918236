"""One request to one page, and what follows from the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.tenancy import scope
from documents.models import WebPage, WebSource
from documents.web import frontier, keeping
from documents.web.hints import Hints, read_hints
from documents.web.robots import FORBIDDEN, Rules, read_robots
from documents.web.runs import Run
from documents.web.section import Section, host_of, is_readable_type
from outbound.errors import FetchError
from outbound.fetching import MAX_REDIRECTS, Answer, Fetched, fetch

NOT_MODIFIED = 304
# Reasons that lie with the site as a whole: when they come in a row, the run waits.
OF_THE_SITE = {"fetch_unreachable", "fetch_timeout", "fetch_busy", "fetch_insecure"}
# What a visit does to the rows of source and page; it tells which figure of the run grows.
Change = Callable[[WebSource, WebPage], str]


class Moved(FetchError):
    """The page is a redirect, which is an address to visit of its own."""

    def __init__(self, target: str) -> None:
        super().__init__("redirect", _("It leads to %s.") % target, permanent=True)
        self.target = target


def visit(held: Run, source: WebSource, page: WebPage) -> None:
    """Raises FetchError when the site as a whole is out of reach, or the start of a source leads
    nowhere; and QuotaExceeded."""
    url = source.root if page.depth == 0 else page.url
    try:
        Rules(source.robots).check(url)
        with held.kept_alive():
            fetched = _fetch(source, page, url, held.beat)
    except Moved as moved:
        _moved(held, source, page, moved)
    except FetchError as error:
        if error.code in OF_THE_SITE:
            raise
        note(held, page, partial(_failed, error=error))
        if page.depth == 0 and not (source.kind == source.Kind.PAGE and page.document_id):
            raise
    else:
        hints = read_hints(fetched) if fetched.status != NOT_MODIFIED else Hints()
        note(held, page, partial(_answered, fetched=fetched, hints=hints))


def give_up(held: Run, page: WebPage, error: FetchError) -> None:
    """Leave a page that answers nothing to the next run."""

    def left(source: WebSource, page: WebPage) -> str:
        source.tally("streak")
        return keeping.fail(page, error.code, str(error))

    note(held, page, left)


def _fetch(source: WebSource, page: WebPage, url: str, waiting: Callable[[], None]) -> Fetched:
    def heed(answer: Answer) -> None:
        if answer.target:
            raise Moved(answer.target)
        if not is_readable_type(answer.content_type):
            told = _("Nothing is read from files of type %s.") % answer.content_type
            raise FetchError("page_type", told, permanent=True)

    return fetch(
        url, max_bytes=settings.MAX_FILE_SIZE, headers=_known(page), waiting=waiting, heed=heed
    )


def _known(page: WebPage) -> dict[str, str]:
    """Headers by which an unchanged page is not sent again. Without them where the answer would
    be needed whole: nothing is kept of the page, and perhaps it could be."""
    is_kept = page.document_id and page.state in {WebPage.State.KEPT, WebPage.State.FAILED}
    stays_out = page.code in {"deleted", "noindex", "canonical", "empty"}
    if page.code == "duplicate":
        with scope(page.owner_id):
            stays_out = keeping.is_still_double(page)
    if not is_kept and not stays_out:
        return {}
    told = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
    return {name: value for name, value in told.items() if value}


def note(held: Run, page: WebPage, change: Change) -> None:
    """Write what came of the visit, unless the run is no longer ours."""
    with scope(held.owner_id):
        source = held.source(lock=True)
        page = source.pages.select_related("document").get(pk=page.pk)
        page.seen_run = source.run
        came_of_it = change(source, page)
        page.save()
        count(source, came_of_it)
        source.error_message = ""
        source.save()


def count(source: WebSource, came_of_it: str) -> None:
    source.tally(came_of_it)
    if came_of_it != "failed":  # the site is there
        source.run_counts.pop("streak", None)
        source.run_counts.pop("tries", None)


def _answered(source: WebSource, page: WebPage, fetched: Fetched, hints: Hints) -> str:
    rules = Rules(source.robots)
    if fetched.status == NOT_MODIFIED:
        _follow_links(source, page, rules)
        return keeping.unchanged(page)
    page.links = _inside(source, hints.links)
    _follow_links(source, page, rules)
    if source.kind != WebSource.Kind.PAGE:
        if hints.noindex:
            keeping.note_answer(page, fetched)
            return keeping.leave_out(source, page, "noindex")
        if _is_elsewhere(source, page, hints.canonical):
            page.links.append(hints.canonical)  # it leads there also when it is not sent again
            frontier.want(source, [hints.canonical], page.depth or 1, rules)
            keeping.note_answer(page, fetched)
            told = _("It names %s as its address.") % hints.canonical
            return keeping.leave_out(source, page, "canonical", told)
    return keeping.take_in(source, page, fetched)


def _follow_links(source: WebSource, page: WebPage, rules: Rules) -> None:
    frontier.want(source, page.links, page.depth + 1, rules)


def _inside(source: WebSource, links: tuple[str, ...]) -> list[str]:
    if source.kind != WebSource.Kind.SECTION:
        return []
    section = Section.below(source.root)
    return [link for link in links if link in section]


def _is_elsewhere(source: WebSource, page: WebPage, canonical: str) -> bool:
    """Whether the page's own address is another one of this source, which does not point back."""
    here = source.root if page.depth == 0 else page.url
    if not canonical or canonical == here or canonical not in _bounds(source):
        return False
    return not source.pages.filter(url=canonical, code="canonical").exists()


def _bounds(source: WebSource) -> Section:
    is_section = source.kind == WebSource.Kind.SECTION
    return Section.below(source.root) if is_section else Section.whole_site(source.root)


def _moved(held: Run, source: WebSource, page: WebPage, moved: Moved) -> None:
    robots = source.robots
    if page.depth == 0 and moved.target not in Section.whole_site(source.root):
        robots = read_robots(moved.target, held.beat)
    note(held, page, partial(_follow, moved=moved, robots=robots))


def _follow(source: WebSource, page: WebPage, moved: Moved, robots: str) -> str:
    """The start of a source may move anywhere, a page of it only within."""
    if page.depth == 0:
        source.root, source.host, source.robots = moved.target, host_of(moved.target), robots
        if source.kind == WebSource.Kind.PAGE:
            return _again(source, page)
    if moved.target in _bounds(source):
        frontier.want(source, [moved.target], page.depth, Rules(robots))
    return keeping.leave_out(source, page, moved.code, str(moved))


def _again(source: WebSource, page: WebPage) -> str:
    """The one page of a source is what its redirects lead to, and is asked for there."""
    if source.run_counts.get("redirects", 0) == MAX_REDIRECTS:
        told = _("%s sends us on too often. Use the final address.") % source.host
        return keeping.fail(page, "fetch_redirects", told)
    page.seen_run -= 1
    return "redirects"


def _failed(source: WebSource, page: WebPage, error: FetchError) -> str:
    if error.code == "fetch_not_found" and page.document:
        return keeping.remove(source, page, error.code, str(error))
    if error.code in {FORBIDDEN, "page_type"} and page.depth:
        return keeping.leave_out(source, page, error.code, str(error))
    return keeping.fail(page, error.code, str(error))
