"""The password of a locked PDF: asked for once, kept sealed, and forgotten when it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from accounts import audit, sealing
from accounts.models import User
from accounts.sealing import Unreadable
from accounts.tenancy import scope
from documents import queue
from documents.extraction import ExtractionError
from documents.models import Document
from documents.queue import NotNow
from documents.work.lease import Lease

MAX_PASSWORD = 200  # characters


def unlock(document: Document, password: str, *, actor: User) -> Document:
    """Keep the password and have the document read with it. Raises NotNow unless it waits for one.

    Whether the password is right shows in the document's status.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if not document.asks_for_password:
        raise NotNow(_("This document does not wait for a password."))
    document.sealed_password = sealing.seal(f"{document.pk}:{password}")
    document.save(update_fields=["sealed_password", "updated_at"])
    audit.record("document.unlock", actor=actor, owner_id=document.owner_id, resource=document)
    return queue.reprocess(document, actor=actor)


@contextmanager
def password_for(held: Lease) -> Iterator[str]:
    """What opens the document, "" if nothing is known to. A password that proves wrong inside is
    forgotten."""
    try:
        yield _password(held.taken)
    except ExtractionError as error:
        if error.code == "wrong_password":
            with scope(held.owner_id):
                kept = Document.objects.filter(pk=held.document_id, lease_token=held.token)
                kept.update(sealed_password="")
        raise


def _password(document: Document) -> str:
    if not document.sealed_password:
        return ""
    try:
        about, _, password = sealing.unseal(document.sealed_password).partition(":")
    except Unreadable:  # sealed with a key that is no longer given: it is asked for again
        return ""
    return password if about == str(document.pk) else ""


def reseal_all() -> tuple[int, list[str]]:
    """Seal every password with the first key; how many were, and the ids of the documents whose
    password nothing opens. Call it inside system()."""
    sealed, unreadable = 0, []
    kept = Document.objects.exclude(sealed_password="").values_list("pk", "sealed_password")
    for pk, token in kept.iterator():
        try:
            anew = sealing.reseal(token)
        except Unreadable:
            unreadable.append(str(pk))
            continue
        Document.objects.filter(pk=pk, sealed_password=token).update(sealed_password=anew)
        sealed += 1
    return sealed, unreadable
