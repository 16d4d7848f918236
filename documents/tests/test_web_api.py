"""Web sources through the API, and refreshing one document."""

from __future__ import annotations

import pytest

from accounts.delivery import PendingTask
from accounts.models import AuditLog
from accounts.tenancy import scope
from documents.addresses import add_address
from documents.models import Document, WebSource
from documents.tests.conftest import crawl
from documents.web import runs
from tests import ingesting

pytestmark = pytest.mark.django_db
SOURCES = "/api/v1/web-sources/"


@pytest.fixture
def docs(site):
    site.put("/docs/", "Start.", "/docs/a", "/docs/b")
    site.put("/docs/a", "A.")
    site.gone("/docs/b")
    return site


def test_a_source_is_202_and_owed_to_a_worker(api, owner, docs):
    answer = api.post(SOURCES, {"url": docs.url("/docs/#top"), "tags": ["a"], "schedule": "daily"})
    made = answer.json()
    assert (answer.status_code, made["status"], made["kind"]) == (202, "pending", "section")
    assert (made["url"], made["page_limit"], made["tags"]) == (docs.url("/docs/"), 100, ["a"])
    assert made["progress"] == {
        **dict.fromkeys(["found", "visited", "new", "changed", "unchanged"], 0),
        **dict.fromkeys(["removed", "skipped", "failed"], 0),
        "limited": "",
    }
    assert docs.site.connections == 0
    with scope(owner):
        assert str(PendingTask.objects.get(kind=runs.KIND).object_id) == made["id"]
        assert AuditLog.objects.filter(action="web_source.create").count() == 1
    again = api.post(SOURCES, {"url": docs.url("/docs/")})
    assert (again.status_code, again.json()["id"]) == (200, made["id"])


def test_a_run_shows_its_figures_and_its_pages(api, owner, docs):
    made = api.post(SOURCES, {"url": docs.url("/docs/"), "tags": ["a"]}).json()
    with scope(owner):
        source = WebSource.objects.get(pk=made["id"])
    crawl(source)
    shown = api.get(f"{SOURCES}{made['id']}/").json()
    assert (shown["status"], shown["progress"]["new"], shown["progress"]["failed"]) == (
        "idle",
        2,
        1,
    )
    assert (shown["progress"]["found"], shown["progress"]["visited"]) == (3, 3)
    pages = api.get(f"{SOURCES}{made['id']}/pages/").json()["results"]
    assert [page["url"] for page in pages] == [
        docs.url(p) for p in ("/docs/", "/docs/a", "/docs/b")
    ]
    [failed] = api.get(f"{SOURCES}{made['id']}/pages/", {"state": "failed"}).json()["results"]
    assert (failed["code"], failed["document"]) == ("fetch_not_found", None)
    assert failed["reason"] == "127.0.0.1 has no page at this address."
    [found] = api.get(f"{SOURCES}{made['id']}/pages/", {"q": "docs/a"}).json()["results"]
    document = api.get(f"/api/v1/documents/{found['document']}/").json()
    assert (document["tags"], document["source_url"]) == (["a"], docs.url("/docs/a"))


def test_run_and_cancel_say_when_there_is_nothing_to_do(api, owner, docs):
    made = api.post(SOURCES, {"url": docs.url("/docs/")}).json()
    assert api.post(f"{SOURCES}{made['id']}/run/").status_code == 409
    cancelled = api.post(f"{SOURCES}{made['id']}/cancel/")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "idle")
    assert cancelled.json()["progress"]["limited"] == "cancelled"
    again = api.post(f"{SOURCES}{made['id']}/cancel/")
    assert (again.status_code, again.json()["detail"]) == (409, "This source is not being read.")
    assert api.post(f"{SOURCES}{made['id']}/run/").json()["status"] == "pending"


def test_a_change_is_strict_and_a_pause_holds(api, owner, docs):
    made = api.post(SOURCES, {"url": docs.url("/docs/"), "schedule": "daily"}).json()
    url = f"{SOURCES}{made['id']}/"
    for wrong in ({"url": "https://example.org/"}, {"page_limit": 5001}, {"schedule": "yearly"}):
        assert api.patch(url, wrong).status_code == 400
    changed = api.patch(url, {"page_limit": 7, "paused": True}).json()
    assert (changed["page_limit"], changed["status"], changed["next_run"]) == (7, "paused", None)
    refused = api.post(f"{url}run/")
    assert refused.json()["detail"] == "This source is paused. Resume it first."
    resumed = api.patch(url, {"paused": False}).json()
    assert (resumed["status"], resumed["next_run"] is None) == ("idle", False)


@pytest.mark.parametrize(("wish", "left"), [("keep", 2), ("delete", 0)])
def test_documents_stay_or_go_with_their_source(api, owner, docs, wish, left):
    made = api.post(SOURCES, {"url": docs.url("/docs/")}).json()
    with scope(owner):
        source = WebSource.objects.get(pk=made["id"])
    crawl(source)
    assert api.delete(f"{SOURCES}{made['id']}/?documents=both").status_code == 400
    assert api.delete(f"{SOURCES}{made['id']}/?documents={wish}").status_code == 204
    with scope(owner):
        assert Document.objects.count() == left
        assert not PendingTask.objects.filter(kind=runs.KIND).exists()


def test_another_persons_source_is_nobodys(api, outsiders_api, docs):
    made = api.post(SOURCES, {"url": docs.url("/docs/")}).json()
    for path in ("", "pages/"):
        assert outsiders_api.get(f"{SOURCES}{made['id']}/{path}").status_code == 404
    assert outsiders_api.get(SOURCES).json()["results"] == []
    assert outsiders_api.post(f"{SOURCES}{made['id']}/cancel/").status_code == 404
    assert outsiders_api.post(SOURCES, {"url": docs.url("/docs/")}).status_code == 202


def test_asking_sites_has_a_rate_of_its_own(api, docs, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "outside": 1}
    assert api.post(SOURCES, {"url": docs.url("/docs/")}).status_code == 202
    assert api.post(SOURCES, {"url": docs.url("/docs/a")}).status_code == 429
    assert api.get(SOURCES).status_code == 200


# -- One document ---------------------------------------------------------------------------------


@pytest.fixture
def fetched(owner, docs) -> Document:
    with scope(owner):
        document, _ = add_address(owner, docs.url("/docs/a"), title="Mine")
    ingesting.ingest(document.pk, owner.pk)
    docs.forget()
    return document


def refresh(client, document: Document, **form: str) -> WebSource:
    client.post(f"/documents/{document.pk}/refresh/", form)
    with scope(document.owner_id):
        return crawl(WebSource.objects.get())


def test_a_document_of_an_address_is_refreshed_for_nothing_while_it_is_the_same(
    client, owner, docs, fetched
):
    client.force_login(owner)
    source = refresh(client, fetched, every="weekly")
    assert (source.kind, source.schedule, source.run_counts) == ("page", "weekly", {"unchanged": 1})
    assert (docs.asked, docs.sent) == (["/robots.txt", "/docs/a"], [])
    docs.put("/docs/a", "A is another one.")
    source = refresh(client, fetched)
    assert source.run_counts == {"changed": 1}
    ingesting.ingest(fetched.pk, owner.pk)
    with scope(owner):
        [document] = Document.objects.all()
        [chunk] = document.chunks.all()
    assert (document.pk, document.title, document.status) == (fetched.pk, "Mine", "ready")
    assert "another one" in chunk.content
    assert docs.sent == ["/docs/a"]


def test_its_old_text_is_found_until_the_new_one_is_read(client, owner, docs, fetched):
    client.force_login(owner)
    docs.answer("/docs/a", b"%PDF-1.4 nonsense", Content_Type="application/pdf")
    refresh(client, fetched)
    ingesting.ingest(fetched.pk, owner.pk)
    with scope(owner):
        document = Document.objects.get()
        [chunk] = document.chunks.all()
    assert (document.status, document.error_code) == ("error", "truncated_pdf")
    assert "A." in chunk.content


def test_its_page_is_gone_and_comes_back(client, owner, docs, fetched):
    client.force_login(owner)
    docs.gone("/docs/a")
    source = refresh(client, fetched)
    assert (source.status, source.run_counts) == ("idle", {"removed": 1})
    with scope(owner):
        assert Document.objects.get().removed_at is not None
    docs.put("/docs/a", "A.")
    assert refresh(client, fetched).run_counts == {"unchanged": 1}
    with scope(owner):
        document = Document.objects.get()
    assert (document.removed_at, document.status) == (None, "ready")


def test_the_page_of_another_person_is_not_refreshed(client, outsider, docs, fetched):
    client.force_login(outsider)
    assert client.post(f"/documents/{fetched.pk}/refresh/").status_code == 404
    assert docs.asked == []
