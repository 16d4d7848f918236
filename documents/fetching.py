"""The page behind a document's address: fetched before it is read, kept once it was understood.

Nothing is stored until the text is replaced: a page that cannot be fetched or read any more
leaves the earlier one, file and chunks, as it was.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from documents import ahead
from documents.addresses import name_of
from documents.charsets import marked
from documents.erasing import discard
from documents.extraction import markdown
from documents.extraction.formats import BY_SUFFIX, FORMATS
from documents.models import Document
from documents.uploads import check_plan, clean_name
from documents.work.lease import Lease
from outbound.fetching import Fetched, FetchError, fetch

HTML_TYPES = {"text/html", "application/xhtml+xml"}
# Kinds that only a name tells apart, by what servers call them.
SUFFIXES = {
    "application/json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/jsonl": ".jsonl",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/markdown": ".md",
}


@dataclass(frozen=True)
class Page:
    """What came: the bytes at `original`, and at `readable` as the readers get them.

    `place` is where the storage has them already, if it does.
    """

    fetched: Fetched
    original: Path
    readable: Path
    content_hash: str
    place: str = ""

    @property
    def name(self) -> str:
        """What the readers are told, where the content leaves a doubt."""
        is_html = self.fetched.content_type in HTML_TYPES
        name = "page.html" if is_html else self.fetched.filename or "page"
        return name + _suffix(name, self.fetched.content_type)


@contextmanager
def fetched_page(held: Lease) -> Iterator[Page]:
    """The page, in files that are gone when the work is over. Raises FetchError."""
    document = held.advance(Document.Stage.FETCHING, 2)
    fetched, place = ahead.get(document) or (_fetched(document, held), "")
    content_hash = hashlib.sha256(fetched.content).hexdigest()
    with scope(held.owner_id):
        _check(held.document(), len(fetched.content), content_hash)
    with tempfile.TemporaryDirectory(prefix="kyro-page-") as folder:
        original, readable = Path(folder, "original"), Path(folder, "readable")
        original.write_bytes(fetched.content)
        readable.write_bytes(marked(fetched.content, fetched.charset))
        # The bytes may be many; from here on they lie on the disk alone.
        yield Page(replace(fetched, content=b""), original, readable, content_hash, place)


def _fetched(document: Document, held: Lease) -> Fetched:
    return fetch(document.source_url, max_bytes=settings.MAX_FILE_SIZE, waiting=held.beat)


def _check(document: Document, size: int, content_hash: str) -> None:
    """Whether the library takes these bytes for this document."""
    if not size:
        raise FetchError("empty_file", _("The page is empty."), permanent=True)
    others = Document.objects.library().filter(owner=document.owner_id).exclude(pk=document.pk)
    if same := others.filter(content_hash=content_hash).first():
        message = _("This is byte for byte the same as “%s”, which you have already. Keep one.")
        raise FetchError("duplicate", message % same.display_title, permanent=True)
    try:
        check_plan(document.owner, size, replacing=document)
    except QuotaExceeded as refusal:
        raise FetchError("quota_exceeded", str(refusal), permanent=True) from refusal


def keep(document: Document, page: Page, mime_type: str) -> None:
    """Make what was fetched the document's file; call in the transaction that replaces its text.

    The new bytes lie beside the old ones until the commit, so either are whole at any moment.
    """
    size, before = page.original.stat().st_size, document.file.name
    _check(document, size, page.content_hash)
    document.file.name = page.place or _store(document, page)
    if before and before != document.file.name:
        transaction.on_commit(lambda: discard(before, document.owner_id), robust=True)
    if not document.processed_at:
        document.name = _named(page.fetched, mime_type) or document.name
    document.metadata.pop(ahead.NOTE, None)
    document.file_size, document.content_hash = size, page.content_hash
    document.metadata["fetched"] = {
        "url": page.fetched.url,
        "at": timezone.now().isoformat(),
        "content_type": page.fetched.content_type,
        "etag": page.fetched.etag,
        "last_modified": page.fetched.last_modified,
    }


def _store(document: Document, page: Page) -> str:
    with page.original.open("rb") as content:
        return ahead.store(document, content)


def _named(fetched: Fetched, mime_type: str) -> str:
    """The name the server gives, with the ending that belongs to what it turned out to be."""
    name = clean_name(fetched.filename or name_of(fetched.url))
    suffixes = FORMATS[mime_type].suffixes if mime_type in FORMATS else ()
    is_right = not suffixes or PurePath(name).suffix.lower() in suffixes
    return name if is_right else f"{name[:240]}{suffixes[0]}"


def _suffix(name: str, claimed: str) -> str:
    """The ending that the server's claim stands for, where the name has none that is known."""
    has_one = PurePath(name).suffix.lower() in {*BY_SUFFIX, *markdown.SUFFIXES, ".txt"}
    is_json = claimed.startswith("application/") and claimed.endswith("+json")
    return "" if has_one else SUFFIXES.get("application/json" if is_json else claimed, "")
