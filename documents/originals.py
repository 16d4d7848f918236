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
        _check(path)
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


def _check(path: Path) -> None:
    """Whether the disk gives it: a reader would call a missing file a damaged one. Where not even
    the folder of all originals is, the disk itself is not there."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError as error:
        is_there = path.parents[1].is_dir()
        raise (_missing() if is_there else _down()) from error
    except OSError as error:
        raise _down() from error


@contextmanager
def _stored(document: Document) -> Iterator[File[bytes]]:
    try:
        with document.file.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise _missing() from error
    except StorageDown as error:
        raise _down() from error


def _missing() -> ExtractionError:
    text = _("The original file is gone from the storage. Upload it again.")
    return ExtractionError("file_missing", text)


def _down() -> ExtractionError:
    return ExtractionError("storage_down", str(UNREACHABLE), permanent=False)
