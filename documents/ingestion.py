"""From a stored file to searchable chunks: extract, split, embed, then write once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import structlog
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.delivery import PendingTask
from accounts.embedding import embedder_of, own_accounts
from accounts.tenancy import scope
from billing.models import RequestType
from billing.usage import record_usage
from documents import generations, lease
from documents.attachments import keep_attachments
from documents.chunking import Piece, split
from documents.extraction import Extracted, ExtractionError, extract
from documents.fetching import Page, fetched_page, keep
from documents.lease import Lease, LeaseLost
from documents.models import Document, DocumentChunk, DocumentText
from documents.retrieval import padded
from documents.signals import document_processed
from documents.storage import UNREACHABLE, StorageDown
from language.terms import index_terms
from outbound.errors import FetchError
from providers.base import Usage, Vectors
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
WRITE_BATCH = 500
BLOCK = 2**20


def ingest(held: Lease) -> None:
    """Bring the claimed document to ready, or to an error with a reason a person can act on.

    Safe to be killed at any point and done again: nothing is visible before the last
    transaction, and only the holder of the lease can commit it.
    """
    with structlog.contextvars.bound_contextvars(document_id=str(held.document_id)):
        try:
            _ingest_or_fail(held)
        except LeaseLost:  # cancelled, deleted or taken over: not ours to say how it ended
            log.info("lease_lost")


def _ingest_or_fail(held: Lease) -> None:
    try:
        _ingest(held)
    except LeaseLost:
        raise
    except (ExtractionError, FetchError, ProviderError) as error:
        held.fail(error.code, str(error), permanent=error.permanent)
        log.info("document_failed", code=error.code, reason=str(error))
    except Exception:
        held.fail("unexpected", _("Something went wrong on our side."), permanent=False)
        raise


def _ingest(held: Lease) -> None:
    with scope(held.owner_id):
        document = held.document()
    if document.source_url:
        with fetched_page(held) as page:
            _read(held, page.readable, page.name, page)
    else:
        with local_copy(document, held) as path:
            _read(held, path, document.name)


def _read(held: Lease, path: Path, name: str, page: Page | None = None) -> None:
    held.advance(Document.Stage.EXTRACTING, 5)
    extracted = extract(path, name, waiting=held.beat)
    keep_attachments(held, extracted)
    held.pass_through(Document.Stage.CHUNKING, 25)
    with held.kept_alive():  # 20 million characters take a minute to split
        pieces = split(extracted)
    if not pieces:
        raise ExtractionError("no_text", _("No text was found in this document."))
    vectors = embed(held, extracted, pieces)
    held.pass_through(Document.Stage.SAVING, 95)
    save(held, extracted, pieces, vectors, page)


@contextmanager
def local_copy(document: Document, held: Lease) -> Iterator[Path]:
    """The stored file as a path the parser can open, copied when storage is not a local disk."""
    if path := _local_path(document):
        yield path
        return
    with tempfile.NamedTemporaryFile(dir=settings.DATA_DIR) as copy:
        with held.kept_alive(), _stored(document) as stored:
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


def passage_text(extracted: Extracted, piece: Piece) -> str:
    """What is embedded and indexed: the passage under its heading path."""
    content = extracted.text[piece.start : piece.end]
    return f"{piece.section}\n{content}" if piece.section else content


def embed(held: Lease, extracted: Extracted, pieces: list[Piece]) -> Vectors:
    """One vector per piece, shape (len(pieces), dimension), in batches between heartbeats."""
    batches = []
    with embedder_of(held.owner_id) as embedder:
        for start in range(0, len(pieces), embedder.batch_size):
            held.pass_through(Document.Stage.EMBEDDING, 30 + 65 * start // len(pieces))
            batch = pieces[start : start + embedder.batch_size]
            texts = [passage_text(extracted, piece) for piece in batch]
            with held.kept_alive():  # a provider that fails is tried again for up to a minute
                batches.append(embedder.embed_passages(texts))
    return np.concatenate(batches)


def save(
    held: Lease,
    extracted: Extracted,
    pieces: list[Piece],
    vectors: Vectors,
    page: Page | None = None,
) -> None:
    """Replace text, chunks and a fetched page's file, and flip the document to ready, in one
    fenced transaction."""
    with held.kept_alive():
        rows = _rows(held, extracted, pieces, vectors)
    with scope(held.owner_id):
        document = held.document(lock=True)
        if page:
            keep(document, page, extracted.mime_type)
        DocumentChunk.objects.filter(document=document).delete()
        DocumentChunk.objects.bulk_create(rows, batch_size=WRITE_BATCH)
        _save_text(document, extracted)
        document.stage_times |= held.stage_times
        _finish(document, extracted, rows)


def _rows(
    held: Lease, extracted: Extracted, pieces: list[Piece], vectors: Vectors
) -> list[DocumentChunk]:
    generation = generations.present()
    return [
        DocumentChunk(
            document_id=held.document_id,
            owner_id=held.owner_id,
            chunk_index=index,
            content=extracted.text[piece.start : piece.end],
            search_text=" ".join(index_terms(passage_text(extracted, piece))),
            token_count=piece.token_count,
            start_char=piece.start,
            end_char=piece.end,
            page=piece.page,
            section=piece.section,
            embedding=padded(vector),
            generation=generation,
            embedding_model=generation.model,
        )
        for index, (piece, vector) in enumerate(zip(pieces, vectors, strict=True))
    ]


def _save_text(document: Document, extracted: Extracted) -> None:
    text = DocumentText(
        document=document,
        owner_id=document.owner_id,
        content=extracted.text,
        pages=extracted.pages,
    )
    DocumentText.objects.bulk_create(
        [text],
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["content", "pages"],
    )


def _finish(document: Document, extracted: Extracted, rows: list[DocumentChunk]) -> None:
    model = rows[0].embedding_model
    tokens = sum(row.token_count for row in rows)
    document.status, document.stage = Document.Status.READY, Document.Stage.DONE
    document.progress, document.processed_at = 100, timezone.now()
    document.stage_times["done"] = document.processed_at.isoformat()
    document.lease_token = document.lease_until = None
    document.error_code = document.error_message = ""
    document.mime_type = extracted.mime_type
    document.title = document.title or extracted.title[:300]
    document.page_count = len(extracted.pages) or None
    document.chunk_count, document.token_count = len(rows), tokens
    document.tokens_used += tokens
    document.embedding_model = model
    document.save()
    PendingTask.objects.filter(kind=lease.KIND, object_id=document.pk).delete()
    record_usage(
        document.owner_id,
        RequestType.EMBEDDING,
        model,
        Usage(tokens, 0, exact=False),
        own_key=bool(own_accounts(document.owner_id)),
    )
    document_processed.send(Document, document=document)
