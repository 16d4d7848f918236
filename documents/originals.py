"""The stored file as a path that a reader can open."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from documents.extraction import ExtractionError
from documents.models import Document
from documents.storage import UNREACHABLE, StorageDown

BLOCK = 2**20


@contextmanager
def local_copy(document: Document) -> Iterator[Path]:
    """Where the file lies, or a copy of it when the storage is not a local disk."""
    if path := _local_path(document):
        yield path
        return
    with tempfile.NamedTemporaryFile(dir=settings.DATA_DIR) as copy:
        with _stored(document) as stored:
            shutil.copyfileobj(stored, copy, BLOCK)
        copy.flush()
        yield Path(copy.name)


def _local_path(document: Document) -> Path | None:
    try:
        return Path(document.file.path)
    except NotImplementedError:  # how Django's storages say that they are not a disk
        return None


@contextmanager
def _stored(document: Document) -> Iterator[File[bytes]]:
    try:
        with document.file.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        text = _("The original file is gone from the storage. Upload it again.")
        raise ExtractionError("file_missing", text) from error
    except StorageDown as error:
        raise ExtractionError("storage_down", str(UNREACHABLE), permanent=False) from error
