"""Many files at once: announced, sent one by one in any order, gone on with another day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from billing.limits import QuotaExceeded
from billing.models import Subscription
from documents import sifting
from documents.models import Document, UploadBatch, UploadItem
from documents.uploads import UploadRefused, add_document

MOST_FILES = 5000
MOST_UNFINISHED = 20  # of one person
MOST_KEPT = 100_000  # files of one person's batches, arrived or not
KEPT = dt.timedelta(days=30)


def announce(user: User, name: str, files: Iterable[tuple[str, int]]) -> UploadBatch:
    """A batch of these (path, size); what nothing can become of is refused before it is sent.

    Raises UploadRefused when that is all of them, or when too many batches are unfinished.
    """
    # Held, so that parallel announcements of one person count each other.
    Subscription.objects.select_for_update().get(user=user)
    unfinished = UploadBatch.objects.for_user(user).unfinished().count()
    if unfinished >= MOST_UNFINISHED:
        message = _("%s uploads are not finished yet. Go on with one of them, or give one up.")
        raise UploadRefused("too_many_uploads", message % unfinished, "files")
    batch = UploadBatch(owner=user, name=name)
    items = list(_items(batch, files))
    wanted = [item for item in items if not item.error_code]
    if not wanted:
        raise UploadRefused("nothing_to_send", _("None of these files can be read."), "files")
    batch.file_count, batch.total_bytes = len(items), sum(item.size for item in wanted)
    batch.save(force_insert=True)
    UploadItem.objects.bulk_create(items, batch_size=1000)
    _forget_all_but(MOST_KEPT, user)
    told = {"name": name, "files": len(items)}
    audit.record("upload.create", actor=user, resource=batch, metadata=told)
    return batch


def _forget_all_but(most: int, user: User) -> None:
    """What announcements alone can take is bounded: batches that are done make room."""
    kept = 0
    latest = F("closed_at").desc(nulls_first=True)  # unfinished ones first
    for batch in UploadBatch.objects.for_user(user).order_by(latest, "-pk"):
        kept += batch.file_count
        if kept > most and batch.closed_at:
            batch.delete()


def _items(batch: UploadBatch, files: Iterable[tuple[str, int]]) -> Iterator[UploadItem]:
    for path, size in files:
        item = UploadItem(owner=batch.owner, batch=batch, path=path, size=size)
        try:
            sifting.sift(path, size)
        except UploadRefused as refusal:
            item.error_code, item.error_message = refusal.code, refusal.message
        yield item


def receive(
    item: UploadItem, file: File, *, title: str = "", tags: list[str] | None = None
) -> tuple[Document, bool]:
    """Keep one announced file; a second time gives the same document, and nothing is read.

    The item is locked by the caller (`awaited`). Raises UploadRefused or QuotaExceeded, which
    the item then tells too: keep the transaction.
    """
    if item.document:
        return item.document, False
    try:
        with transaction.atomic():
            document, is_new = add_document(
                item.owner, file, title=title, tags=tags, path=item.path
            )
    except (UploadRefused, QuotaExceeded) as refusal:
        item.error_code = getattr(refusal, "code", "quota_exceeded")
        item.error_message = str(refusal)
        _settle(item)
        raise
    item.document, item.size, item.received_at = document, file.size, timezone.now()
    item.error_code = item.error_message = ""
    _settle(item)
    return document, is_new


def awaited(user: User, batch_id: UUID, path: str) -> UploadItem:
    """The announced file, locked: two that are sent at once give one document.

    Raises UploadBatch.DoesNotExist, or UploadRefused for a path that was not announced.
    """
    items = UploadItem.objects.for_user(user).filter(batch_id=batch_id, path=path)
    item = items.select_for_update(of=["self"]).select_related("document").first()
    if item is None:
        UploadBatch.objects.for_user(user).get(pk=batch_id)
        message = _("No file of this path was announced with the upload.")
        raise UploadRefused("not_announced", message, "path")
    item.owner = user
    return item


def _settle(item: UploadItem) -> None:
    """Note what became of a file; the last one closes the batch."""
    item.save(update_fields=["document", "size", "received_at", "error_code", "error_message"])
    # Under its lock the last two files to arrive see each other.
    batch = UploadBatch.objects.select_for_update().get(pk=item.batch_id)
    if batch.closed_at is None and not batch.items.unsent().exists():
        batch.closed_at = timezone.now()
        batch.save(update_fields=["closed_at", "updated_at"])


def count(batches: Iterable[UploadBatch]) -> None:
    """Give each its counts, with one query for all."""
    ids = [batch.pk for batch in batches]
    counts = UploadItem.objects.filter(batch_id__in=ids).counted()
    for batch in batches:
        batch.counts = counts[batch.pk]


def give_up(batch: UploadBatch, *, actor: User) -> None:
    """Forget what has not arrived; the documents stay."""
    told = {"name": batch.name}
    audit.record("upload.delete", actor=actor, resource=batch, metadata=told)
    batch.delete()


def forget_old() -> int:
    """Batches long done are of no use any more. Call it inside system()."""
    return UploadBatch.objects.filter(closed_at__lt=timezone.now() - KEPT).delete()[0]
