"""Files in and out of the library: stored and owed in one transaction, or refused with a reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import PurePath
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts import audit, locks
from accounts.delivery import PendingTask
from accounts.models import User
from billing import limits
from documents import queue
from documents.erasing import discard
from documents.models import Document, ErasedFile, storage_path
from documents.work.lease import KIND

log = structlog.get_logger(__name__)
PASTED_NAME = "Pasted text.txt"
MAX_PASTED = 2_000_000  # characters


@dataclass
class UploadRefused(Exception):
    """Nothing can become of this; `code` is stable, `message` is for the person."""

    code: str
    message: str
    field: str = "file"

    def __str__(self) -> str:
        return self.message


def add_document(
    user: User,
    file: File,
    *,
    name: str = "",
    title: str = "",
    tags: list[str] | None = None,
    parent: Document | None = None,
    path: str = "",
    actor: User | None = None,
    kind: str = Document.Kind.LIBRARY,
) -> tuple[Document, bool]:
    """Store a file in the user's library and owe its processing; call inside the user's scope.

    `path` is where it lay in a folder of the person's; `actor` brings it, where that is somebody
    else. An attachment is always a document of its own.

    Returns the document and whether it is new: identical bytes give the existing one, tried again
    if it had failed. Raises UploadRefused or QuotaExceeded, with nothing kept.
    """
    name, actor = clean_name(name or path or file.name or ""), actor or user
    check_size(file.size)
    content_hash = _sha256(file)
    if kind == Document.Kind.LIBRARY and (existing := _existing(user, content_hash)):
        return again(existing, actor), False
    document = Document(
        id=uuid7(),
        owner=user,
        kind=kind,
        name=name,
        title=title,
        tags=tags or [],
        parent=parent,
        file_size=file.size,
        content_hash=content_hash,
        metadata={"path": path} if path else {},
    )
    try:
        check_plan(user, file.size)
        _store(document, file)
    except (limits.QuotaExceeded, IntegrityError):
        # The same bytes may have come, into the last place even, while we waited for our turn.
        if kind == Document.Kind.LIBRARY and (existing := _existing(user, content_hash)):
            return again(existing, actor), False
        raise
    told = {"name": name} | ({"parent": str(parent.pk)} if parent else {})
    audit.record("document.upload", actor=actor, owner_id=user.pk, resource=document, metadata=told)
    queue.enqueue(document)
    return document, True


def _store(document: Document, file: File) -> None:
    """File and row, or neither."""
    place = storage_path(document, document.name)
    try:
        document.file.name = default_storage.save(place, file)
        with transaction.atomic():
            document.save(force_insert=True)
    except OSError as error:
        discard(place, document.owner_id)
        raise not_stored(place, error) from error
    except BaseException:
        discard(place, document.owner_id)
        raise


def add_text(user: User, text: str, *, name: str = "", **wanted: Any) -> tuple[Document, bool]:
    """A pasted text is a file of its own."""
    return add_document(user, ContentFile(text.encode(), name or PASTED_NAME), **wanted)


def delete_document(document: Document, *, actor: User) -> None:
    """Remove a document with its text, chunks and vectors; its file follows after the commit."""
    locks.hold(document)
    audit.record(
        "document.delete",
        actor=actor,
        owner_id=document.owner_id,
        resource=document,
        metadata={"name": document.name},
    )
    PendingTask.objects.filter(kind=KIND, object_id=document.pk).delete()
    for path in document.places:
        ErasedFile.objects.get_or_create(path=path, defaults={"owner_id": document.owner_id})
        # Not a partial: Django asks a robust hook that failed for its name.
        transaction.on_commit(lambda path=path: default_storage.delete(path), robust=True)
    document.delete()


def not_stored(path: str, error: OSError) -> UploadRefused:
    log.error("not_stored", path=path, error=str(error))
    if error.errno == ENOSPC:
        return UploadRefused("storage_full", _("The server's disk is full. Try later."))
    text = _("The file storage does not answer, so the file was not kept. Try again soon.")
    return UploadRefused("storage_down", text)


def clean_name(name: str) -> str:
    """The person's file name as plain data: no folders, no control characters, 255 at most."""
    name = PurePath(name.replace("\\", "/")).name
    name = "".join(char for char in name if char.isprintable()).strip()
    return name[-255:] or "untitled"


def check_size(size: int) -> None:
    if not size:
        raise UploadRefused("empty_file", _("This file is empty."))
    if size > settings.MAX_FILE_SIZE:
        limit = settings.MAX_FILE_SIZE // 2**20
        raise UploadRefused("file_too_large", _("This file is larger than %s MB.") % limit)


def check_plan(user: User, size: int, *, replacing: Document | None = None) -> None:
    """Whether the plan has room for a document of this size, or for it in another's place, which
    it may take whatever the number. Raises QuotaExceeded."""
    plan = limits.held_plan(user)
    # Counted anew each time, and so exact; one pass over the owner's index.
    held = Document.objects.for_user(user).aggregate(
        count=Count("pk"), stored=Coalesce(Sum("file_size"), 0)
    )
    if replacing is None:
        limits.check_number(plan, held["count"])
    limits.check_storage(plan, held["stored"], size - (replacing.file_size if replacing else 0))


def _sha256(file: File) -> str:
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _existing(user: User, content_hash: str) -> Document | None:
    return Document.objects.for_user(user).library().filter(content_hash=content_hash).first()


def again(document: Document, user: User) -> Document:
    if document.status == Document.Status.ERROR:
        return queue.reprocess(document, actor=user)
    return document


def give_up_files(user: User, **_: object) -> None:
    """Hand every file of a person about to be erased to the task that empties the storage."""
    documents = Document.objects.for_user(user).only("owner", "name", "file", "source_url")
    paths = [path for document in documents.iterator() for path in document.places]
    ErasedFile.objects.bulk_create(
        [ErasedFile(path=path, owner_id=user.pk) for path in paths],
        ignore_conflicts=True,
        batch_size=1000,
    )
