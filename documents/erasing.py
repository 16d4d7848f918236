"""Stored files that belong to nobody any more leave the storage, now or at a later try."""

from __future__ import annotations

from threading import Thread
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.db import connection

from accounts.tenancy import scope, system
from documents.models import Document, ErasedFile

log = structlog.get_logger(__name__)
MANY = 1000
# A store that is down answers slowly; the next round, half a minute later, asks again.
ENOUGH_FAILURES = 3


def discard(path: str, owner_id: UUID) -> None:
    """Remove a file that was stored for a document which is not going to be."""
    try:
        default_storage.delete(path)
    except OSError as error:
        log.warning("discard_failed", path=path, error=str(error))
        _owe_apart(path, owner_id)


def erase_due() -> None:
    """Files of deleted documents that the request itself could not remove."""
    with system():
        rows = ErasedFile.objects.order_by("created_at")
        due = list(rows.values_list("path", "owner_id")[:MANY])
    failures = 0
    for path, owner_id in due:
        try:
            _erase(path, owner_id)
        except OSError as error:
            log.warning("erase_failed", path=path, error=str(error))
            failures += 1
        if failures == ENOUGH_FAILURES:
            break


def _erase(path: str, owner_id: UUID) -> None:
    with system():
        if not Document.objects.filter(owner_id=owner_id, file=path).exists():
            default_storage.delete(path)
        ErasedFile.objects.filter(path=path).delete()


def _owe_apart(path: str, owner_id: UUID) -> None:
    """In a transaction of its own, because the refused request's is about to be rolled back."""

    def owe() -> None:
        try:
            with scope(owner_id):
                ErasedFile.objects.get_or_create(path=path, defaults={"owner_id": owner_id})
        finally:
            connection.close()

    thread = Thread(target=owe)
    thread.start()
    thread.join()
