"""How a run ends: complete, at a limit, with an error, or cancelled; and when the next one is."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.delivery import PendingTask
from accounts.tenancy import scope
from documents.models import WebPage, WebSource
from documents.web import keeping, schedule
from documents.web.runs import KIND, Run, let_go
from documents.web.visits import OF_THE_SITE
from outbound.errors import FetchError

IN_A_ROW = 3  # pages that do not answer, and the site is taken for down
FIRST_WAIT = 10.0  # seconds; doubled each time
PASSING = OF_THE_SITE | {"storage_down", "storage_full"}


def must_wait(source: WebSource, error: FetchError) -> bool:
    """Whether this is about the site, not about one page of it. A page that is given up after
    all waits is one of those in a row."""
    if error.code not in OF_THE_SITE:
        return True
    in_a_row = source.run_counts.get("streak", 0) + 1 >= IN_A_ROW
    is_asked_to = error.retry_after is not None and _tries(source) < settings.MAX_ATTEMPTS
    return in_a_row or is_asked_to


def wait_or_end(held: Run, error: FetchError) -> None:
    """A site that is down marks nothing as removed: the run goes on later, or ends with why."""
    with scope(held.owner_id):
        source = held.source(lock=True)
        tries = _tries(source)
        if error.code in PASSING and tries < settings.MAX_ATTEMPTS:
            source.run_counts["tries"] = tries
            source.error_message = _("%s We try again soon.") % error
            source.save()
            wait = FIRST_WAIT * 2 ** (tries - 1)
            return held.release(wait if error.retry_after is None else error.retry_after)
    end_with_error(held, error.code, str(error))


def finish(held: Run) -> None:
    """No page is left to visit, or the time is over."""
    with scope(held.owner_id):
        source = held.source(lock=True)
        if _left(source):
            source.run_counts["limited"] = "time"
        if not source.run_counts.get("limited"):
            _remove_what_is_gone(source)
        source.status, source.failures = source.Status.IDLE, 0
        source.error_code = source.error_message = ""
        _end(source)


def end_with_error(held: Run, code: str, message: str) -> None:
    """What was kept stays; a site that keeps failing is asked less and less often."""
    with scope(held.owner_id):
        source = held.source(lock=True)
        source.failures += 1
        source.status, source.error_code = source.Status.ERROR, code
        source.error_message = message
        _end(source)


def cancel(source: WebSource, status: str) -> None:
    """The worker notices with its next write, which is fenced. Call inside a scope."""
    source.status = status
    source.error_code = source.error_message = ""
    source.run_counts["limited"] = "cancelled"
    _end(source)


def _tries(source: WebSource) -> int:
    return int(source.run_counts.get("tries", 0)) + 1


def _left(source: WebSource) -> bool:
    return source.pages.filter(wanted_run=source.run, seen_run__lt=source.run).exists()


def _remove_what_is_gone(source: WebSource) -> None:
    """Of a complete run: pages kept before to which nothing leads any more.

    Where more are gone than are left, something may be wrong with the site: none is deleted.
    """
    kept = source.pages.filter(document__isnull=False).exclude(state=WebPage.State.REMOVED)
    gone = kept.filter(wanted_run__lt=source.run).select_related("document")
    is_doubtful = gone.count() > kept.filter(wanted_run=source.run).count()
    code = "not_listed" if source.kind == source.Kind.SITEMAP else "not_linked"
    for page in gone:
        reason = str(keeping.REASONS[code])
        source.tally(keeping.remove(source, page, code, reason, keep_document=is_doubtful))
        page.save()


def _end(source: WebSource) -> None:
    let_go(source)
    source.began_at, source.last_run = None, timezone.now()
    source.not_before = timezone.now() + dt.timedelta(seconds=settings.CRAWL_DELAY)
    source.next_run = None if source.is_paused else schedule.next_run(source)
    for passing in ("streak", "tries", "redirects"):
        source.run_counts.pop(passing, None)
    source.save()
    PendingTask.objects.filter(kind=KIND, object_id=source.pk).delete()
