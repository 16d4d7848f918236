"""What people do with web sources, by page or API: add, change, run, cancel, pause, delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.delivery import PendingTask, owe
from accounts.models import User
from accounts.tenancy import system
from billing.models import Subscription
from documents.models import Document, WebPage, WebSource
from documents.queue import NotNow
from documents.uploads import UploadRefused, delete_document
from documents.web import endings, schedule, sitemaps
from documents.web.runs import KIND
from documents.web.section import host_of
from outbound.addresses import AddressRefused, check_url

MAX_SOURCES = 200  # of one person
MANY = 500


def add_source(user: User, url: str, *, kind: str = "", **wishes: Any) -> tuple[WebSource, bool]:
    """A new source and its first run; call inside the user's scope. `wishes` are fields.

    Returns the source and whether it is new: the same address read the same way is one source.
    Raises UploadRefused. Nothing is fetched here.
    """
    try:
        url = check_url(url)
    except AddressRefused as refusal:
        raise UploadRefused(refusal.code, refusal.message, field="url") from refusal
    kind = kind or guessed_kind(url)
    Subscription.objects.select_for_update().get(user=user)  # one at a time for each person
    sources = WebSource.objects.for_user(user)
    if existing := sources.filter(url=url, kind=kind).first():
        return existing, False
    if sources.count() >= MAX_SOURCES:
        told = _("You have %s web sources, which is the most. Delete one first.") % MAX_SOURCES
        raise UploadRefused("too_many_sources", told, field="url")
    source = WebSource(owner=user, url=url, host=host_of(url), kind=kind, **wishes)
    source.save(force_insert=True)
    told = {"url": url, "kind": kind}
    audit.record("web_source.create", actor=user, resource=source, metadata=told)
    begin(source)
    return source, True


def guessed_kind(url: str) -> str:
    """A sitemap by its name, a page by its ending, otherwise what is below."""
    last = urlsplit(url).path.rpartition("/")[2]
    if sitemaps.is_sitemap(url):
        return WebSource.Kind.SITEMAP
    return WebSource.Kind.PAGE if last else WebSource.Kind.SECTION


def follow(document: Document, *, actor: User, every: str = "manual") -> WebSource:
    """Keep one document of a web address up to date from now on, and look at once.

    It keeps what it is: its page is asked for only if it has changed since it was fetched.
    """
    page = WebPage.objects.filter(document=document).select_related("source").first()
    if page:
        return run_now(page.source, actor=actor)
    source, is_new = add_source(
        document.owner, document.source_url, kind=WebSource.Kind.PAGE, schedule=every, page_limit=1
    )
    if not is_new:
        return source
    fetched = document.metadata.get("fetched", {})
    WebPage.objects.create(
        owner=document.owner,
        source=source,
        url=source.url,
        document=document,
        state=WebPage.State.KEPT,
        etag=fetched.get("etag", "")[:300],
        last_modified=fetched.get("last_modified", "")[:60],
        content_hash=document.content_hash,
    )
    return source


def change(source: WebSource, values: dict[str, Any], *, actor: User) -> WebSource:
    source = _locked(source)
    for field, value in values.items():
        setattr(source, field, value)
    if "schedule" in values and not source.is_running and not source.is_paused:
        source.next_run = schedule.next_run(source)
    source.save()
    _record("update", source, actor, fields=sorted(values))
    return source


def run_now(source: WebSource, *, actor: User) -> WebSource:
    source = _locked(source)
    if source.is_running:
        raise NotNow(_("This source is being read already."))
    if source.is_paused:
        raise NotNow(_("This source is paused. Resume it first."))
    _record("run", source, actor)
    begin(source)
    return source


def begin(source: WebSource) -> None:
    """Owe a run, in this transaction."""
    source.run += 1
    source.run_counts, source.status = {}, source.Status.PENDING
    source.error_code = source.error_message = ""
    source.began_at = source.next_run = None
    source.save()
    owe(KIND, source.pk, source.owner_id)


def begin_due() -> None:
    """Begin the runs whose time has come."""
    with system():
        due = WebSource.objects.due().select_for_update(skip_locked=True, of=["self"])
        for source in due[:MANY]:
            begin(source)


def cancel(source: WebSource, *, actor: User) -> WebSource:
    """Stop the run; what it kept stays."""
    source = _locked(source)
    if not source.is_running:
        raise NotNow(_("This source is not being read."))
    endings.cancel(source, WebSource.Status.IDLE)
    _record("cancel", source, actor)
    return source


def pause(source: WebSource, *, actor: User) -> WebSource:
    """Read it no more until it is resumed; a run on its way is stopped."""
    source = _locked(source)
    if not source.is_paused:
        endings.cancel(source, WebSource.Status.PAUSED)
        _record("pause", source, actor)
    return source


def resume(source: WebSource, *, actor: User) -> WebSource:
    source = _locked(source)
    if source.is_paused:
        source.status, source.next_run = WebSource.Status.IDLE, schedule.next_run(source)
        source.save()
        _record("resume", source, actor)
    return source


def delete_source(source: WebSource, *, actor: User, with_documents: bool) -> None:
    """Its documents stay as documents of their addresses, or go with it."""
    _record("delete", source, actor, url=source.url, documents=with_documents)
    if with_documents:
        _delete_documents(source.pages.all(), actor)
    PendingTask.objects.filter(kind=KIND, object_id=source.pk).delete()
    source.delete()


def delete_removed(source: WebSource, *, actor: User) -> int:
    """Delete the documents of pages that the site has no more; returns how many."""
    count = _delete_documents(source.pages.all().removed(), actor)
    _record("delete_removed", source, actor, documents=count)
    return count


def _delete_documents(pages: QuerySet[WebPage], actor: User) -> int:
    documents = list(Document.objects.filter(web_pages__in=pages).distinct())
    for document in documents:
        delete_document(document, actor=actor)
    return len(documents)


def _locked(source: WebSource) -> WebSource:
    return WebSource.objects.select_for_update().get(pk=source.pk)


def _record(act: str, source: WebSource, actor: User, **metadata: Any) -> None:
    audit.record(
        f"web_source.{act}",
        actor=actor,
        owner_id=source.owner_id,
        resource=source,
        metadata=metadata,
    )
