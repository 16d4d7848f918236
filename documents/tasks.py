"""Celery's way into the documents: ids in, one call, nothing else."""

from uuid import UUID

from celery import shared_task
from django.core.files.storage import default_storage

from accounts.tenancy import system
from documents import ingestion
from documents.models import Document, ErasedFile


@shared_task(name="documents.ingest")
def ingest_document(document_id: str, owner_id: str) -> None:
    ingestion.ingest(UUID(document_id), UUID(owner_id))


@shared_task(name="documents.erase_files")
def erase_files() -> None:
    """Files of deleted documents that the request itself could not remove."""
    with system():
        for erased in ErasedFile.objects.order_by("created_at")[:1000]:
            if not Document.objects.filter(file=erased.path).exists():
                default_storage.delete(erased.path)
            erased.delete()
