"""Celery's way into the documents: ids in, one call, nothing else."""

from uuid import UUID

from celery import shared_task

from documents import erasing, ingestion


@shared_task(name="documents.ingest")
def ingest_document(document_id: str, owner_id: str) -> None:
    ingestion.ingest(UUID(document_id), UUID(owner_id))


@shared_task(name="documents.erase_files")
def erase_files() -> None:
    erasing.erase_due()
