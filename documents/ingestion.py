"""From stored files to searchable chunks: read, split, embed, then write once.

Documents that are claimed together are read one after the other, their passages are embedded
together, and each is written in a transaction of its own.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from errno import ENOSPC
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from psycopg.errors import DiskFull

from accounts.embedding import embedder_of
from documents import edits, generations, passages, statistics, storing, vectors
from documents.attachments import keep_attachments
from documents.chunking.bounded import BoundedCounter
from documents.chunking.splitting import Piece, split
from documents.extraction import Extracted, ExtractionError, extract
from documents.extraction.limits import Limits
from documents.fetching import Page, fetched_page
from documents.models import Document
from documents.originals import local_copy
from documents.scans import read_scans
from documents.storing import Reading
from documents.unlocking import password_for
from documents.work.lease import Lease, LeaseLost, give_back, kept_alive
from documents.work.outwaiting import outwait
from language.detection import language_of
from outbound.errors import FetchError
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
EMBEDDED_TOGETHER = 64  # passages; what a call to a provider takes at least
LIMITS = Limits()  # for cutting into passages; reading has as much again, in its own process
LONG = 3.0  # seconds to read a small document
LONGEST_PAUSE = 3600.0  # seconds, whatever a provider asks for


def ingest(batch: Sequence[Lease]) -> None:
    """Bring claimed documents of one owner to ready, or to an error with a reason a person can
    act on.

    Safe to be killed at any point and done again: nothing is visible before a document's last
    transaction, and only the holder of its lease can commit it.
    """
    readings: list[Reading] = []
    with kept_alive(batch), ExitStack() as opened:
        to_come = list(batch)
        while to_come:
            held = to_come.pop(0)
            with ending_with_a_reason(held):
                readings.append(_read(held, opened, Patience(held, to_come)))
            if sum(len(reading.chunks) for reading in readings) >= EMBEDDED_TOGETHER:
                _publish(readings)
                readings = []
        _publish(readings)


@contextmanager
def ending_with_a_reason(held: Lease) -> Iterator[None]:
    """Whatever goes wrong inside is the document's reason; the others go on."""
    with structlog.contextvars.bound_contextvars(document_id=str(held.document_id)):
        try:
            with _failing(held):
                yield
        except LeaseLost:  # cancelled, deleted or taken over: not ours to say how it ended
            log.info("lease_lost")


@contextmanager
def _failing(held: Lease) -> Iterator[None]:
    try:
        yield
    except LeaseLost:
        raise
    except (ExtractionError, FetchError, ProviderError) as error:
        wait = min(getattr(error, "retry_after", None) or 0, LONGEST_PAUSE)
        held.fail(error.code, str(error), permanent=error.permanent, retry_after=wait)
        log.info("document_failed", code=error.code, reason=str(error))
    except Exception as error:
        code, message = _unexpected(error)
        log.exception("document_failed", code=code)
        held.fail(code, message, permanent=False)


def _unexpected(error: Exception) -> tuple[str, str]:
    is_full = isinstance(error, OSError) and error.errno == ENOSPC
    if is_full or isinstance(error.__cause__, DiskFull):
        return "storage_full", _("The server's disk is full. It is tried again a little later.")
    return "unexpected", _("Something went wrong on our side.")


@dataclass
class Patience:
    """Called every second while a document is read: whoever takes long lets others take those
    that were to come after it."""

    held: Lease
    to_come: list[Lease]
    began: float = field(default_factory=time.monotonic)

    def __call__(self) -> None:
        self.held.beat()
        if self.to_come and time.monotonic() - self.began > LONG:
            give_back(self.to_come)
            self.to_come.clear()


def _read(held: Lease, opened: ExitStack, waiting: Patience) -> Reading:
    """Text and passages of a document; its files stay until `opened` is closed."""
    if held.taken.source_url:
        page = opened.enter_context(fetched_page(held))
        return _understood(waiting, page.readable, page.name, page)
    path = opened.enter_context(local_copy(held.taken))
    return _understood(waiting, path, held.taken.name)


def _understood(waiting: Patience, path: Path, name: str, page: Page | None = None) -> Reading:
    held = waiting.held
    held.begin()
    held.pass_through(Document.Stage.EXTRACTING, 5)
    with password_for(held) as password:
        extracted = extract(path, name, password=password, waiting=waiting)
        extracted = read_scans(held, path, extracted, password, waiting)
    keep_attachments(held, extracted)
    held.pass_through(Document.Stage.CHUNKING, 25)
    chunks = passages.passages_of(held, extracted, _pieces(held, extracted))
    if not chunks:
        raise ExtractionError("no_text", _("No text was found in this document."))
    lost = edits.carry_over(held, chunks) if held.taken.processed_at else []
    for chunk in chunks:
        passages.index(chunk)
    language = language_of(extracted.text, settings.DATA_DIR / "models")
    return Reading(held, extracted, chunks, language, page, lost)


def _pieces(held: Lease, extracted: Extracted) -> list[Piece]:
    title = held.taken.title or extracted.title

    def cut() -> list[Piece]:
        return split(extracted, BoundedCounter(counter, LIMITS, held.check), title)

    with embedder_of(held.owner_id, generations.present().model) as counter:
        return outwait(held, cut)


def _publish(readings: Sequence[Reading]) -> None:
    """Embed what was read and write it. Where the model refuses a text, the others are spared."""
    try:
        embedded = _embedded(readings)
    except LeaseLost:
        log.info("leases_lost", documents=len(readings))
        return
    except ProviderError as error:
        if len(readings) > 1 and (error.permanent or error.code == "bad_vectors"):
            for reading in readings:
                _publish([reading])
            return
        for reading in readings:
            with ending_with_a_reason(reading.held):
                raise error
        return
    for reading in readings:
        with ending_with_a_reason(reading.held):
            if len(readings) == 1:
                reading.held.pass_through(Document.Stage.SAVING, 95)
            try:
                storing.save(reading, embedded[reading.held.document_id])
            except generations.Replaced:
                _publish([reading])
    if readings:
        statistics.refresh(readings[0].held.owner_id)


def _embedded(readings: Sequence[Reading]) -> Counter[UUID]:
    """Tokens that were embedded, by document. A long document says how far it is."""
    if not readings:
        return Counter()
    held = readings[0].held
    chunks = [chunk for reading in readings for chunk in reading.chunks]

    def between(part: float) -> None:
        if len(readings) == 1:
            held.pass_through(Document.Stage.EMBEDDING, 30 + int(65 * part))

    asking = partial(outwait, held)
    return vectors.fill(held.owner_id, chunks, generations.present(), between, asking)
