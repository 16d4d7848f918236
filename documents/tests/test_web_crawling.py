"""How a run goes over a site: politely, within its bounds, whatever the site answers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from billing.models import Plan
from documents.addresses import add_address
from documents.models import Document, WebPage, WebSource
from documents.tests.conftest import crawl
from documents.tests.test_web_refreshing import ingest_all, refresh
from documents.uploads import delete_document
from documents.web import crawling, runs, sources
from documents.web.runs import RunLost
from outbound.tests.servers import page, redirect
from tests import ingesting

pytestmark = pytest.mark.django_db


def pages(source: WebSource) -> dict[str, WebPage]:
    """By the path of each."""
    with scope(source.owner_id):
        rows = source.pages.select_related("document")
        return {row.url.split("/", 3)[3]: row for row in rows}


def states(source: WebSource) -> dict[str, str]:
    return {path: f"{row.state} {row.code}".strip() for path, row in pages(source).items()}


# -- What a site forbids --------------------------------------------------------------------------


def test_what_robots_txt_forbids_is_never_requested(site, add_source):
    site.robots("User-agent: *\nDisallow: /docs/private\n")
    site.put("/docs/", "Start.", "/docs/a", "/docs/private/x")
    site.put("/docs/a", "A.", "/docs/private/y")
    site.put("/docs/private/x", "Secret.")
    source = crawl(add_source())
    assert site.asked == ["/robots.txt", "/docs/", "/docs/a"]
    assert states(source) == {
        "docs/": "kept",
        "docs/a": "kept",
        "docs/private/x": "skipped robots",
        "docs/private/y": "skipped robots",
    }


def test_a_redirect_into_the_forbidden_or_out_of_the_section_is_not_followed(site, add_source):
    site.robots("User-agent: *\nDisallow: /docs/private\n")
    site.put("/docs/", "Start.", "/docs/a", "/docs/b", "/docs/c")
    site.say("/docs/a", redirect("/docs/private/x"))
    site.say("/docs/b", redirect("/blog/"))
    site.say("/docs/c", redirect("/docs/d"))
    site.put("/docs/d", "D.")
    source = crawl(add_source())
    assert site.asked == ["/robots.txt", "/docs/", "/docs/a", "/docs/b", "/docs/c", "/docs/d"]
    assert states(source)["docs/c"] == "skipped redirect"
    assert states(source)["docs/d"] == "kept"


def test_a_site_that_forbids_the_start_says_so_and_marks_nothing(site, add_source):
    site.put("/docs/", "Start.", "/docs/a")
    site.put("/docs/a", "A.")
    source = crawl(add_source())
    site.robots("User-agent: *\nDisallow: /\n")
    site.forget()
    source = refresh(source)
    assert site.asked == ["/robots.txt"]
    assert (source.status, source.error_code) == ("error", "robots")
    assert states(source)["docs/a"] == "kept"


def test_noindex_and_canonical_are_honoured(site, add_source):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b?print=1")
    site.put("/docs/a", "A.", "/docs/c", head="<meta name=robots content=noindex>")
    site.put("/docs/b?print=1", "B.", head='<link rel="canonical" href="/docs/b">')
    site.put("/docs/b", "B.")
    site.put("/docs/c", "C.")
    source = crawl(add_source())
    expected = {
        "docs/": "kept",
        "docs/a": "skipped noindex",
        "docs/b?print=1": "skipped canonical",
        "docs/b": "kept",
        "docs/c": "kept",
    }
    assert states(source) == expected
    site.forget()
    source = refresh(source)
    assert (states(source), site.sent) == (expected, [])
    assert source.run_counts == {"unchanged": 3, "skipped": 2}


def test_a_start_that_names_another_address_is_read_there(site, add_source):
    site.put("/docs/", "Start.", head='<link rel="canonical" href="/docs/index.html">')
    site.put("/docs/index.html", "The same start.")
    source = crawl(add_source())
    assert states(source) == {"docs/": "skipped canonical", "docs/index.html": "kept"}
    assert site.asked == ["/robots.txt", "/docs/", "/docs/index.html"]


# -- Bounds ---------------------------------------------------------------------------------------


def test_a_calendar_without_end_ends_at_the_budget(site, add_source):
    site.put("/docs/", "Start.", "/docs/day?n=0")
    for day in range(40):
        site.put(f"/docs/day?n={day}", f"Day {day}.", f"/docs/day?n={day + 1}")
    source = crawl(add_source(page_limit=12))
    assert (source.status, source.run_counts) == ("idle", {"new": 12, "limited": "pages"})
    assert len(site.asked) == 13
    with scope(source.owner_id):
        assert Document.objects.count() == 12


def test_pictures_and_other_hosts_are_not_asked_for(site, add_source):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b.jpg", "https://example.org/docs/")
    site.say("/docs/a", page(b"\x89PNG", Content_Type="image/png"))
    source = crawl(add_source())
    assert site.asked == ["/robots.txt", "/docs/", "/docs/a"]
    assert states(source)["docs/a"] == "skipped page_type"


def test_links_lead_nowhere_private(site, add_source):
    inside = ["http://127.0.0.1:1/docs/x", "http://169.254.169.254/docs/", "http://localhost/docs/"]
    site.put("/docs/", "Start.", *inside)
    site.say("/docs/sitemap.xml", page(f"<urlset><loc>{inside[0]}</loc></urlset>".encode()))
    assert set(pages(crawl(add_source()))) == {"docs/"}
    source = crawl(add_source("/docs/sitemap.xml"))
    assert (source.status, source.error_code, pages(source)) == ("error", "no_sitemap", {})


def test_the_plans_limit_ends_the_run_and_what_was_kept_stays(site, add_source):
    with system():
        Plan.objects.filter(name="free").update(document_limit=2)
    site.put("/docs/", "Start.", "/docs/a", "/docs/b")
    site.put("/docs/a", "A.")
    site.put("/docs/b", "B.")
    source = crawl(add_source())
    assert (source.status, source.error_code) == ("error", "quota_exceeded")
    assert source.error_message == (
        "Your plan holds 2 documents and you have 2, so there is no room for another. Delete some,"
        " or choose a larger plan."
    )
    with scope(source.owner_id):
        assert Document.objects.count() == 2
        assert not PendingTask.objects.filter(kind=runs.KIND).exists()


# -- The same bytes, documents there already -------------------------------------------------------


def test_the_same_bytes_are_one_document(site, add_source, make_document, owner):
    mine = make_document(owner, "<p>The sea is green.</p>", "sea.html")
    site.put("/docs/", "Start.", "/docs/a", "/docs/b", "/docs/c")
    site.answer("/docs/a", b"<p>The sky is blue.</p>", Content_Type="text/html")
    site.answer("/docs/b", b"<p>The sky is blue.</p>", Content_Type="text/html")
    site.answer("/docs/c", b"<p>The sea is green.</p>", Content_Type="text/html")
    source = crawl(add_source())
    assert source.run_counts == {"new": 2, "skipped": 2}
    assert pages(source)["docs/c"].reason == (
        "Byte for byte the same as “sea.html”, which you have already."
    )
    site.forget()
    source = refresh(source)
    assert (source.run_counts, site.sent) == ({"unchanged": 2, "skipped": 2}, [])
    with scope(owner):
        delete_document(mine, actor=owner)
    source = refresh(source)
    assert states(source)["docs/c"] == "kept"


def test_a_document_of_the_address_becomes_the_sources(site, add_source, owner):
    site.put("/docs/", "Start.", "/docs/a")
    site.put("/docs/a", "A.")
    with scope(owner):
        document, _ = add_address(owner, site.url("/docs/a"), title="Mine")
    ingesting.ingest(document.pk, owner.pk)
    source = crawl(add_source())
    assert source.run_counts == {"new": 1, "unchanged": 1}
    assert pages(source)["docs/a"].document_id == document.pk
    again = crawl(add_source(kind="page", path="/docs/a"))
    assert again.run_counts == {"skipped": 1}
    with scope(owner):
        assert Document.objects.count() == 2


def test_a_page_that_moved_keeps_its_document(site, add_source, owner):
    site.put("/docs/", "Start.", "/docs/a")
    site.answer("/docs/a", b"<p>The sky is blue.</p>", Content_Type="text/html")
    source = crawl(add_source())
    ingest_all(owner)
    document = pages(source)["docs/a"].document
    site.put("/docs/", "Start.", "/docs/b")
    site.answer("/docs/b", b"<p>The sky is blue.</p>", Content_Type="text/html")
    refresh(source)  # the old address is found to be gone at the end of this run
    source = refresh(source)
    ingest_all(owner)
    moved = pages(source)["docs/b"].document
    assert (moved.pk, moved.source_url) == (document.pk, site.url("/docs/b"))
    assert moved.removed_at is None


def test_a_document_the_person_deleted_stays_out(site, add_source, owner):
    site.put("/docs/", "Start.", "/docs/a")
    site.put("/docs/a", "A.")
    source = crawl(add_source())
    with scope(owner):
        delete_document(pages(source)["docs/a"].document, actor=owner)
    site.put("/docs/a", "A, but changed.")
    source = refresh(source)
    assert states(source)["docs/a"] == "skipped deleted"
    site.put("/docs/a", "A, and once more.")
    assert states(refresh(source))["docs/a"] == "skipped deleted"


# -- Removed, back, failing -----------------------------------------------------------------------


def test_a_page_nothing_leads_to_is_removed_and_kept_again_once_it_is_back(site, add_source, owner):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b")
    site.put("/docs/a", "A.")
    site.put("/docs/b", "B.")
    source = crawl(add_source())
    ingest_all(owner)
    site.put("/docs/", "Start.", "/docs/b")
    source = refresh(source)
    assert source.run_counts == {"changed": 1, "unchanged": 1, "removed": 1}
    assert states(source)["docs/a"] == "removed not_linked"
    assert pages(source)["docs/a"].document.removed_at is not None
    ingest_all(owner)
    site.put("/docs/", "Start.", "/docs/a", "/docs/b")
    source = refresh(source)
    assert states(source)["docs/a"] == "kept"
    assert pages(source)["docs/a"].document.removed_at is None


def test_removed_pages_are_deleted_on_demand_or_by_the_sources_wish(site, add_source, owner):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b")
    site.put("/docs/a", "A.")
    site.put("/docs/b", "B.")
    source = crawl(add_source())
    site.gone("/docs/a", 410)
    source = refresh(source)
    assert states(source)["docs/a"] == "removed fetch_not_found"
    with scope(owner):
        assert sources.delete_removed(source, actor=owner) == 1
        assert Document.objects.count() == 2
        sources.change(source, {"delete_removed": True}, actor=owner)
    site.gone("/docs/b")
    source = refresh(source)
    assert source.run_counts["removed"] == 1
    with scope(owner):
        assert Document.objects.count() == 1


@pytest.mark.parametrize("path", ["/robots.txt", "/docs/", "/docs/sitemap.xml"])
def test_a_site_that_fails_is_waited_for_and_marks_nothing(site, add_source, settings, path):
    site.put("/docs/", "Start.", "/docs/a")
    site.put("/docs/a", "A.")
    listed = "".join(f"<url><loc>{site.url(p)}</loc></url>" for p in ("/docs/", "/docs/a"))
    site.say("/docs/sitemap.xml", page(f"<urlset>{listed}</urlset>".encode()))
    start = "/docs/sitemap.xml" if path.endswith("xml") else "/docs/"
    source = crawl(add_source(start, schedule="hourly"))
    assert source.run_counts == {"new": 2}
    site.say(path, page(b"Broken.", 503, Retry_After="120"))
    source = refresh(source)
    assert (source.status, source.lease_token) == ("running", None)
    assert source.error_message == "127.0.0.1 has a problem of its own (503). We try again soon."
    assert 110 < (source.not_before - timezone.now()).total_seconds() <= 120
    for _ in range(2):
        source = crawl(source)
    assert (source.status, source.error_code) == ("error", "fetch_unreachable")
    assert 60 < (source.next_run - timezone.now()).total_seconds() / 60 < 140
    assert set(states(source).values()) <= {"kept", "failed fetch_unreachable"}
    with scope(source.owner_id):
        assert not Document.objects.filter(metadata__has_key="removed_from_site").exists()


def test_one_broken_page_is_given_up_and_the_others_are_read(site, add_source):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b")
    site.gone("/docs/a", 500)
    site.put("/docs/b", "B.")
    source = crawl(add_source())
    assert (source.status, source.run_counts) == ("idle", {"new": 2, "failed": 1})
    assert states(source)["docs/a"] == "failed fetch_unreachable"


def test_dead_links_are_no_sign_of_a_site_that_fails(site, add_source):
    site.put("/docs/", "Start.", *(f"/docs/{number}" for number in range(5)), "/docs/z")
    site.gone("/docs/4", 500)
    site.put("/docs/z", "Z.")
    source = crawl(add_source())
    assert (source.status, source.run_counts) == ("idle", {"new": 2, "failed": 5})


def test_a_start_that_is_gone_removes_nothing_of_a_section(site, add_source):
    site.put("/docs/", "Start.", "/docs/a")
    site.put("/docs/a", "A.")
    source = crawl(add_source())
    site.gone("/docs/")
    source = refresh(source)
    assert (source.status, source.error_code) == ("error", "fetch_not_found")
    assert states(source)["docs/a"] == "kept"


# -- Sitemaps and moved starts --------------------------------------------------------------------


def test_a_sitemap_is_read_without_following_links(site, add_source):
    site.robots(f"User-agent: *\nAllow: /\nSitemap: {site.url('/maps/all.xml')}\n")
    listed = "".join(f"<url><loc>{site.url(p)}</loc></url>" for p in ("/a", "/b", "/docs/c"))
    site.say("/maps/all.xml", page(f"<urlset>{listed}</urlset>".encode()))
    for path in ("/a", "/b", "/docs/c"):
        site.put(path, f"Text of {path}.", "/else")
    source = crawl(add_source("/", kind="sitemap"))
    assert set(pages(source)) == {"a", "b", "docs/c"}
    site.say("/maps/all.xml", page(f"<urlset><loc>{site.url('/a')}</loc></urlset>".encode()))
    source = refresh(source)
    assert states(source)["docs/c"] == "removed not_listed"


def test_the_start_may_lead_to_another_place_of_the_site(site, add_source):
    site.say("/docs", redirect("/en/docs/"))
    site.put("/en/docs/", "Start.", "/en/docs/a", "/docs/b")
    site.put("/en/docs/a", "A.")
    source = crawl(add_source("/docs", kind="section"))
    assert states(source) == {
        "docs": "skipped redirect",
        "en/docs/": "kept",
        "en/docs/a": "kept",
    }


def test_the_one_page_of_a_source_is_where_its_redirects_end(site, add_source):
    site.say("/old", redirect("/new"))
    site.put("/new", "Here.")
    source = crawl(add_source("/old"))
    assert states(source) == {"old": "kept"}
    site.say("/new", redirect("/old"))
    source = refresh(source)
    assert states(source) == {"old": "failed fetch_redirects"}


# -- Workers --------------------------------------------------------------------------------------


def test_a_killed_worker_is_replaced_where_it_was(site, add_source, settings):
    settings.CRAWL_SLICE_SECONDS = 0  # one page a slice
    site.put("/docs/", "Start.", *(f"/docs/{number}" for number in range(5)))
    for number in range(5):
        site.put(f"/docs/{number}", f"Page {number}.")
    source = add_source()
    for _ in range(3):
        crawling.crawl(runs.claim(source.pk, source.owner_id))
    dead = runs.claim(source.pk, source.owner_id)
    assert runs.claim(source.pk, source.owner_id) is None
    with scope(source.owner_id):
        WebSource.objects.update(lease_until="2020-01-01T00:00:00Z")
    source = crawl(source)
    assert source.run_counts == {"new": 6}
    assert len(site.asked) == len(set(site.asked)) == 7
    with pytest.raises(RunLost):
        dead.beat()


def test_a_cancel_ends_the_run_and_the_worker_writes_no_more(site, add_source, owner):
    site.put("/docs/", "Start.", "/docs/a")
    source = add_source()

    held = runs.claim(source.pk, owner.pk)
    with scope(owner):
        source = sources.cancel(source, actor=owner)
    crawling.crawl(held)
    with scope(owner):
        assert not source.pages.exists()
        source.refresh_from_db()
    assert (source.status, source.run_counts) == ("idle", {"limited": "cancelled"})


def test_owners_take_turns_and_a_host_is_asked_by_one_at_a_time(
    site, add_source, owner, outsider, settings
):
    settings.CRAWLS_AT_ONCE = 2
    mine = [add_source(f"/{name}/") for name in "abc"]
    with scope(outsider):
        theirs, _ = sources.add_source(outsider, "https://pages.example/")
    first = runs.take()
    assert first.source_id == mine[0].pk
    second = runs.take()  # another owner's, on another host
    assert second.source_id == theirs.pk
    assert runs.take() is None
    second.release(0)
    assert runs.take().source_id == theirs.pk
    first.release(60)
    assert runs.take() is None  # the pause is the host's


def test_a_closed_account_is_not_read_for(site, add_source, owner):
    source = add_source(schedule="daily")
    owner.is_active = False
    owner.save()
    assert runs.take() is None
    with scope(owner):
        WebSource.objects.update(status="idle", next_run="2020-01-01T00:00:00Z")
    sources.begin_due()
    with scope(owner):
        source.refresh_from_db()
    assert source.status == "idle"


def test_a_due_source_begins_by_itself(site, add_source, owner):
    site.put("/docs/", "Start.")
    source = crawl(add_source(schedule="daily"))
    hours = (source.next_run - timezone.now()).total_seconds() / 3600
    assert 21 < hours < 27
    sources.begin_due()
    with scope(owner):
        source.refresh_from_db()
        assert source.status == "idle"
        WebSource.objects.update(next_run=timezone.now())
    sources.begin_due()
    assert crawl(source).run_counts == {"unchanged": 1}
