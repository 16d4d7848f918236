"""The pages of web sources: adding with a look first, watching, changing, deleting."""

from __future__ import annotations

import pytest

from accounts.tenancy import scope
from documents.models import Document, WebSource
from documents.tests.conftest import crawl
from documents.web import sources
from outbound.tests.servers import page

pytestmark = pytest.mark.django_db
SOURCES = "/documents/web-sources/"


@pytest.fixture
def docs(site):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b", "/else")
    site.put("/docs/a", "A.")
    site.put("/docs/b", "B.")
    return site


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


def form(url: str, **fields: str) -> dict[str, str]:
    return {"url": url, "kind": "", "schedule": "daily", "page_limit": "50", **fields}


def test_an_empty_list_says_what_a_source_is(browser):
    assert "Keep a site in your library" in browser.get(SOURCES).content.decode()


def test_a_look_tells_what_would_be_read_and_keeps_nothing(browser, owner, docs):
    listed = f"<urlset><loc>{docs.url('/x')}</loc><loc>{docs.url('/y')}</loc></urlset>"
    docs.say("/sitemap.xml", page(listed.encode()))
    shown = browser.post(f"{SOURCES}add/", form(docs.url("/docs/"), look="1"))
    preview = shown.context["preview"]
    assert (shown.status_code, preview.reason, preview.kind) == (200, "", "section")
    assert (preview.links, preview.listed, preview.is_index) == (2, 2, False)
    assert "Allowed by robots.txt" in shown.content.decode()
    with scope(owner):
        assert not WebSource.objects.exists()
    docs.robots("User-agent: *\nDisallow: /docs")
    shown = browser.post(f"{SOURCES}add/", form(docs.url("/docs/"), look="1"))
    assert shown.context["preview"].reason == (
        "The site's robots.txt asks programs not to read this address."
    )


@pytest.mark.parametrize("look", [{}, {"look": "1"}])
def test_a_private_address_is_refused_with_its_reason(browser, owner, look):
    shown = browser.post(f"{SOURCES}add/", form("http://169.254.169.254/", **look))
    assert "Only public addresses are read." in shown.content.decode()
    with scope(owner):
        assert not WebSource.objects.exists()


def test_a_source_is_added_watched_and_shows_its_pages(browser, owner, docs):
    added = browser.post(f"{SOURCES}add/", form(docs.url("/docs/"), tags="docs, site"))
    with scope(owner):
        source = WebSource.objects.get()
    assert added["Location"] == f"{SOURCES}{source.pk}/"
    assert (source.schedule, source.page_limit, source.tags) == ("daily", 50, ["docs", "site"])
    state = browser.get(f"{SOURCES}{source.pk}/state/")
    assert "Waiting for a worker" in state.content.decode()
    assert "HX-Refresh" not in state
    crawl(source)
    assert browser.get(f"{SOURCES}{source.pk}/state/")["HX-Refresh"] == "true"
    shown = browser.get(added["Location"])
    assert [row.url for row in shown.context["page"]] == [
        docs.url(path) for path in ("/docs/", "/docs/a", "/docs/b")
    ]
    found = browser.get(added["Location"], {"q": "docs/b", "state": "kept"})
    assert [row.url for row in found.context["page"]] == [docs.url("/docs/b")]
    assert "No page fits" in browser.get(added["Location"], {"q": "nowhere"}).content.decode()


def test_lists_take_the_same_queries_however_long(browser, owner, docs, django_assert_num_queries):
    with scope(owner):
        for number in range(3):
            sources.add_source(owner, docs.url(f"/{number}/"))
    browser.get(SOURCES)
    with django_assert_num_queries(9):
        browser.get(SOURCES)
    with scope(owner):
        for number in range(3, 9):
            sources.add_source(owner, docs.url(f"/{number}/"))
    with django_assert_num_queries(9):
        browser.get(SOURCES)


def test_pause_resume_edit_run_and_cancel(browser, owner, docs):
    with scope(owner):
        source, _ = sources.add_source(owner, docs.url("/docs/"))

    def now(act: str = "", **fields: str) -> WebSource:
        browser.post(f"{SOURCES}{source.pk}/{act}/", fields)
        with scope(owner):
            return WebSource.objects.get()

    assert now("cancel").status == "idle"
    assert now("pause").status == "paused"
    assert now("resume").status == "idle"
    edited = now("edit", schedule="weekly", page_limit="5", tags="x")
    assert (edited.schedule, edited.page_limit, edited.tags) == ("weekly", 5, ["x"])
    assert now("edit", schedule="weekly", page_limit="5001").page_limit == 5
    assert now("run").status == "pending"


def test_deleting_asks_what_becomes_of_the_documents(browser, owner, docs):
    with scope(owner):
        source, _ = sources.add_source(owner, docs.url("/docs/"))
    crawl(source)
    asked = browser.get(f"{SOURCES}{source.pk}/delete/").content.decode()
    assert "Its 3 documents" in asked
    browser.post(f"{SOURCES}{source.pk}/delete/", {"documents": "keep"})
    with scope(owner):
        assert (WebSource.objects.count(), Document.objects.count()) == (0, 3)


def test_documents_of_removed_pages_are_deleted_in_one_click(browser, owner, docs):
    with scope(owner):
        source, _ = sources.add_source(owner, docs.url("/docs/"))
    source = crawl(source)
    docs.gone("/docs/b")
    with scope(owner):
        sources.run_now(source, actor=owner)
    source = crawl(source)
    assert "Delete them" in browser.get(f"{SOURCES}{source.pk}/").content.decode()
    with scope(owner):
        removed = Document.objects.get(metadata__has_key="removed_from_site")
    assert "Removed from the site" in browser.get(f"/documents/{removed.pk}/").content.decode()
    assert "Delete the document of 1 removed page?" in (
        browser.get(f"{SOURCES}{source.pk}/removed/").content.decode()
    )
    browser.post(f"{SOURCES}{source.pk}/removed/")
    with scope(owner):
        assert Document.objects.count() == 2
