"""The last transaction: text, passages and status change together, or nothing does."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from accounts.delivery import PendingTask
from accounts.embedding import own_accounts
from accounts.tenancy import scope
from billing.models import RequestType
from billing.usage import record_usage
from documents import generations, scans
from documents.edits import Lost, keep_aside
from documents.extraction import Extracted
from documents.fetching import Page, keep
from documents.inserting import insert
from documents.models import Document, DocumentChunk, DocumentText
from documents.signals import document_processed
from documents.work import lease
from documents.work.lease import Lease
from providers.base import Usage


@dataclass
class Reading:
    """A document as it was read, of which nothing can be seen yet."""

    held: Lease
    extracted: Extracted
    chunks: list[DocumentChunk]
    language: str
    page: Page | None = None
    lost_edits: Lost = field(default_factory=list)


def save(reading: Reading, embedded: int) -> None:
    """Replace text, chunks and a fetched page's file, and flip the document to ready, in one
    fenced transaction. `embedded` are the tokens that a model has read for it.

    Raises Replaced when another model has come into use since then.
    """
    with scope(reading.held.owner_id):
        generations.hold(reading.chunks[0].generation)
        document = reading.held.document(lock=True)
        if reading.page:
            keep(document, reading.page, reading.extracted.mime_type)
        if document.processed_at:
            DocumentChunk.objects.filter(document=document).delete()
        for chunk in reading.chunks:
            chunk.attached = document.kind == Document.Kind.ATTACHMENT
        insert(reading.chunks)
        _save_text(document, reading.extracted)
        keep_aside(document, reading.lost_edits)
        document.stage_times |= reading.held.stage_times
        document.tokens_used += embedded
        _finish(document, reading)
        _note_usage(document, embedded)
        document_processed.send(Document, document=document)


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


def _finish(document: Document, reading: Reading) -> None:
    extracted, chunks = reading.extracted, reading.chunks
    document.status, document.stage = Document.Status.READY, Document.Stage.DONE
    document.progress, document.processed_at = 100, timezone.now()
    document.stage_times["done"] = document.processed_at.isoformat()
    document.lease_token = document.lease_until = None
    document.error_code = document.error_message = ""
    document.mime_type = extracted.mime_type
    document.title = document.title or extracted.title[:300]
    document.language = reading.language
    scans.note(document, extracted)
    document.page_count = len(extracted.pages) or None
    document.chunk_count = len(chunks)
    document.token_count = sum(chunk.token_count for chunk in chunks)
    document.embedding_model = chunks[0].embedding_model
    document.save()
    PendingTask.objects.filter(kind=lease.KIND, object_id=document.pk).delete()


def _note_usage(document: Document, tokens: int) -> None:
    if not tokens:
        return
    record_usage(
        document.owner_id,
        RequestType.EMBEDDING,
        document.embedding_model,
        Usage(tokens, 0, exact=False),
        own_key=bool(own_accounts(document.owner_id, document.embedding_model)),
    )
