"""A real worker, killed with -9 in the middle of a run: the next one goes on where it was."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from accounts.tenancy import scope
from documents.models import Document, WebSource
from documents.tests.generated_site import with_pages
from tests.workers import Worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PAGES = 25


@pytest.fixture
def worker(site, monkeypatch):
    monkeypatch.setenv("KYRO_FETCH_ALLOW", site.site.place)
    worker = Worker()
    yield worker
    worker.stop()


def slow(answer):
    def slowed(handler) -> None:
        time.sleep(0.1)
        answer(handler)

    return slowed


def test_a_run_survives_its_worker(owner, site, worker, add_source):
    paths = with_pages(site, PAGES)
    site.site.pages |= {path: slow(site.site.pages[path]) for path in paths}
    source = add_source()
    worker.start()
    assert wait_until(lambda: len(site.asked) > 8, 60)
    worker.kill()
    before = len(site.asked)
    assert before < PAGES
    worker.start()

    def is_over() -> bool:
        with scope(owner):
            source.refresh_from_db()
            return not source.is_running and not Document.objects.unfinished().exists()

    assert wait_until(is_over, 60)
    assert (source.status, source.run_counts) == (WebSource.Status.IDLE, {"new": PAGES})
    asked = Counter(site.asked)
    assert set(asked) == {"/robots.txt", *paths}
    assert sum(asked.values()) <= PAGES + 2  # the page in flight is asked again, no other
    with scope(owner):
        assert Document.objects.ready().count() == PAGES
