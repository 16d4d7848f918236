"""Asking for a document's processing: the first time, again, or no more."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import audit
from accounts.delivery import PendingTask, owe
from accounts.models import User
from documents.lease import KIND, end_with_error
from documents.models import Document


class NotNow(Exception):
    """The document is in a state that does not allow this; the text says why."""


def enqueue(document: Document) -> None:
    """Owe the processing of a document, in this transaction."""
    owe(KIND, document.pk, document.owner_id)


def reprocess(document: Document, *, actor: User) -> Document:
    """Process again from the original file; the old chunks are found until the new ones are in."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    if not document.is_finished:
        raise NotNow(_("This document is being processed already."))
    document.status, document.stage = Document.Status.PENDING, Document.Stage.QUEUED
    document.progress, document.attempt, document.failures = 0, 0, 0
    document.error_code = document.error_message = ""
    document.stage_times = {}
    document.save()
    audit.record("document.reprocess", actor=actor, owner_id=document.owner_id, resource=document)
    enqueue(document)
    return document


def cancel(document: Document, *, actor: User) -> Document:
    """Stop the processing: its worker notices within a second, because its lease is gone."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.is_finished:
        raise NotNow(_("This document is not being processed."))
    PendingTask.objects.filter(kind=KIND, object_id=document.pk).delete()
    end_with_error(document, "cancelled", _("Processing was cancelled. You can start it again."))
    audit.record("document.cancel", actor=actor, owner_id=document.owner_id, resource=document)
    return document
