"""A page that was fetched before its document's turn came: it lies beside the document's file, and
a worker reads it instead of asking the site a second time."""

from __future__ import annotations

from dataclasses import asdict
from io import BytesIO
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage

from documents.models import Document, ErasedFile
from documents.storage import UNREACHABLE, StorageDown
from documents.uploads import not_stored
from outbound.fetching import Fetched, FetchError

NOTE = "fetched_ahead"  # in the document's metadata, until the page has become its file


def put(document: Document, fetched: Fetched) -> str:
    """Store the page beside the document's file and note it; the caller saves the document.

    Returns where the page lies. Raises FetchError.
    """
    place = store(document, BytesIO(fetched.content))
    told = {name: value for name, value in asdict(fetched).items() if name != "content"}
    document.metadata[NOTE] = {"place": place, "told": told}
    return place


def get(document: Document) -> tuple[Fetched, str] | None:
    """The page and where it lies; None when there is none, or its bytes are gone."""
    noted = document.metadata.get(NOTE)
    if not noted:
        return None
    try:
        with default_storage.open(noted["place"]) as file:
            return Fetched(**noted["told"], content=file.read()), noted["place"]
    except FileNotFoundError:
        return None
    except StorageDown as error:
        raise FetchError("storage_down", str(UNREACHABLE), permanent=False) from error


def store(document: Document, content: IO[bytes]) -> str:
    """Store bytes where the document's present file does not lie. Raises FetchError."""
    place = next(place for place in document.places if place != document.file.name)
    ErasedFile.objects.filter(path=place).delete()  # no longer to be emptied
    try:
        default_storage.delete(place)  # left by a worker that was killed before its commit
        return default_storage.save(place, File(content))
    except OSError as error:
        refusal = not_stored(place, error)
        raise FetchError(refusal.code, refusal.message, permanent=False) from error
