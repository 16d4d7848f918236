"""Asking for a document's processing: the first time, again, or no more."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.delivery import owe, owe_each
from accounts.models import User
from documents.edits import DISCARD
from documents.models import Document
from documents.work.lease import KIND, end_with_error


class NotNow(Exception):
    """The document is in a state that does not allow this; the text says why."""


def enqueue(document: Document) -> None:
    """Owe the processing of a document, in this transaction."""
    owe(KIND, document.pk, document.owner_id)


def reprocess(document: Document, *, actor: User | None, discard_edits: bool = False) -> Document:
    """Process again from the original file; the old chunks are found until the new ones are in.

    Edited and switched-off passages whose words are still there stay as they are, unless they
    are to be discarded.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if not document.is_finished:
        raise NotNow(_("This document is being processed already."))
    for field, value in _from_the_start().items():
        setattr(document, field, value)
    document.metadata.pop(DISCARD, None)
    if discard_edits:
        document.metadata[DISCARD] = True
    document.save()
    asked = {DISCARD: True} if discard_edits else {}
    audit.record(
        "document.reprocess",
        actor=actor,
        owner_id=document.owner_id,
        resource=document,
        metadata=asked,
    )
    enqueue(document)
    return document


def retry_failed(owner: User, *, actor: User) -> int:
    """Every failed document of a person's library again; what was cancelled stays cancelled."""
    failed = Document.objects.for_user(owner).library().failed()
    ids = list(failed.order_by("pk").select_for_update().values_list("pk", flat=True))
    if ids:
        rows = Document.objects.filter(pk__in=ids)
        rows.update(**_from_the_start(), updated_at=timezone.now())
        owe_each(KIND, ids, owner.pk)
        metadata = {"documents": len(ids)}
        audit.record("queue.retry", actor=actor, owner_id=owner.pk, metadata=metadata)
    return len(ids)


def cancel(document: Document, *, actor: User) -> Document:
    """Stop the processing: its worker notices within a second, because its lease is gone."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.is_finished:
        raise NotNow(_("This document is not being processed."))
    end_with_error(document, "cancelled", _("Processing was cancelled. You can start it again."))
    audit.record("document.cancel", actor=actor, owner_id=document.owner_id, resource=document)
    return document


def _from_the_start() -> dict[str, Any]:
    return {
        "status": Document.Status.PENDING,
        "stage": Document.Stage.QUEUED,
        "progress": 0,
        "attempt": 0,
        "failures": 0,
        "error_code": "",
        "error_message": "",
        "stage_times": {Document.Stage.QUEUED.value: timezone.now().isoformat()},
    }
