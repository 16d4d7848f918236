"""What a visit makes of a page and its document. Call with the source's row locked, in a scope.

A document of a page that is gone is marked and kept, unless its source says otherwise; nothing
else touches a document whose page has not changed.
"""

from __future__ import annotations

import hashlib

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from uuid_utils.compat import uuid7

from documents import ahead, queue
from documents.addresses import name_of
from documents.models import Document, WebPage, WebSource
from documents.uploads import check_plan, delete_document
from outbound.fetching import Fetched

REMOVED = "removed_from_site"  # in the document's metadata: since when
State = WebPage.State
REASONS: dict[str, str | Promise] = {
    "noindex": gettext_lazy("The page asks not to be indexed (noindex)."),
    "empty": gettext_lazy("The page is empty."),
    "deleted": gettext_lazy("You deleted its document, so it stays out."),
    "elsewhere": gettext_lazy("Another of your web sources keeps this address."),
    "budget": gettext_lazy("The source keeps as many pages as it may already."),
    "not_linked": gettext_lazy("No page of the section leads here any more."),
    "not_listed": gettext_lazy("The sitemap does not name it any more."),
}


def note_answer(page: WebPage, fetched: Fetched) -> None:
    """What the next request is compared with."""
    page.etag, page.last_modified = fetched.etag[:300], fetched.last_modified[:60]
    page.fetched_at = timezone.now()


def unchanged(page: WebPage) -> str:
    if page.document:
        page.state, page.code, page.reason = State.KEPT, "", ""
        _unmark(page.document)
    return "unchanged" if page.state == State.KEPT else "skipped"


def take_in(source: WebSource, page: WebPage, fetched: Fetched) -> str:
    """Make a page that was sent whole a document, or find that it is one. Returns what happened.

    Raises QuotaExceeded, and FetchError when the storage refuses the bytes.
    """
    if not fetched.content:
        return leave_out(source, page, "empty")
    content_hash = hashlib.sha256(fetched.content).hexdigest()
    was_deleted = not page.document and (page.state == State.KEPT or page.code == "deleted")
    page.document = page.document or _of_address(source, page)
    if page.document and content_hash in {page.content_hash, page.document.content_hash}:
        note_answer(page, fetched)
        page.content_hash = content_hash
        return unchanged(page)
    if page.document:
        page.document = Document.objects.select_for_update().get(pk=page.document_id)
        if not page.document.is_finished:
            return "later"  # its earlier bytes are just being read: the next run sees the change
    note_answer(page, fetched)
    page.content_hash = content_hash
    if same := _same(source, page, content_hash):
        return _move(page, same) if _is_homeless(source, same) else _double(source, page, same)
    if page.document:
        return _replace(page, page.document, fetched)
    if was_deleted:
        return leave_out(source, page, "deleted")
    return _add(source, page, fetched)


def is_still_double(page: WebPage) -> bool:
    """Whether a page that was left out as a double would be so again."""
    same = _same(page.source, page, page.content_hash)
    return same is not None and not _is_homeless(page.source, same)


def leave_out(source: WebSource, page: WebPage, code: str, reason: str = "") -> str:
    """A page that is not to be kept; a document it had is treated as removed from the site."""
    reason = reason or str(REASONS[code])
    if page.document:
        return remove(source, page, code, reason)
    page.state, page.code, page.reason = State.SKIPPED, code, reason
    return "skipped"


def remove(
    source: WebSource, page: WebPage, code: str, reason: str, *, keep_document: bool = False
) -> str:
    """The site has it no more. Its document stays, marked, or goes, as its person wishes; with
    `keep_document` it stays in any case."""
    was_removed = page.state == State.REMOVED
    page.state, page.code, page.reason = State.REMOVED, code, reason
    if page.document and not was_removed:
        page.changed_at = timezone.now()
        _mark(page.document)
    if page.document and source.delete_removed and not keep_document:
        delete_document(page.document, actor=source.owner)
        page.document = None
    return "skipped" if was_removed else "removed"


def fail(page: WebPage, code: str, reason: str) -> str:
    """It could not be read this time; what was kept of it stays."""
    page.state, page.code, page.reason = State.FAILED, code, reason
    return "failed"


def _of_address(source: WebSource, page: WebPage) -> Document | None:
    """A document of this address that no source keeps up to date yet."""
    library = Document.objects.for_user(source.owner).library()
    return library.filter(source_url=page.url, web_pages__isnull=True).first()


def _same(source: WebSource, page: WebPage, content_hash: str) -> Document | None:
    library = Document.objects.for_user(source.owner).library().exclude(pk=page.document_id)
    return library.filter(content_hash=content_hash).first()


def _is_homeless(source: WebSource, document: Document) -> bool:
    """Whether it is of a page of this source that is gone: then that page has moved here."""
    pages = WebPage.objects.filter(document=document)
    return pages.exists() and not pages.exclude(source=source, state=State.REMOVED).exists()


def _move(page: WebPage, document: Document) -> str:
    WebPage.objects.filter(document=document).update(document=None)
    if page.document:
        _mark(page.document)
    document.source_url = page.url
    document.save(update_fields=["source_url", "updated_at"])
    page.document = document
    return unchanged(page)


def _double(source: WebSource, page: WebPage, same: Document) -> str:
    reason = _("Byte for byte the same as “%s”, which you have already.") % same.display_title
    return leave_out(source, page, "duplicate", reason)


def _add(source: WebSource, page: WebPage, fetched: Fetched) -> str:
    if source.pages.filter(document__isnull=False).count() >= source.page_limit:
        return leave_out(source, page, "budget")
    size = len(fetched.content)
    check_plan(source.owner, size)
    document = Document(
        id=uuid7(),
        owner=source.owner,
        name=name_of(page.url),
        tags=source.tags,
        source_url=page.url,
        file_size=size,
        content_hash=page.content_hash,
    )
    document.file.name = ahead.put(document, fetched)
    document.save(force_insert=True)
    queue.enqueue(document)
    page.document, page.changed_at = document, timezone.now()
    page.state, page.code, page.reason = State.KEPT, "", ""
    return "new"


def _replace(page: WebPage, document: Document, fetched: Fetched) -> str:
    """The old text is found until the new bytes are read; then they take the old ones' place."""
    check_plan(document.owner, len(fetched.content), replacing=document)
    ahead.put(document, fetched)
    document.metadata.pop(REMOVED, None)
    document.save(update_fields=["metadata", "updated_at"])
    page.document = queue.reprocess(document, actor=None)
    page.changed_at = timezone.now()
    page.state, page.code, page.reason = State.KEPT, "", ""
    return "changed"


def _mark(document: Document) -> None:
    locked = Document.objects.select_for_update().get(pk=document.pk)
    locked.metadata[REMOVED] = timezone.now().isoformat()
    locked.save(update_fields=["metadata", "updated_at"])


def _unmark(document: Document) -> None:
    if REMOVED in document.metadata:
        locked = Document.objects.select_for_update().get(pk=document.pk)
        locked.metadata.pop(REMOVED, None)
        locked.save(update_fields=["metadata", "updated_at"])
