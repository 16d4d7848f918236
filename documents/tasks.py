"""Celery's way into the documents: one call each, nothing else."""

from celery import shared_task

from documents import erasing, ingestion, turns


@shared_task(name="documents.ingest")
def ingest_next_document() -> None:
    """Process one document, if one may be taken; then somebody should look for the next."""
    if held := turns.take():
        ingestion.process(held)
        ingest_next_document.delay()


@shared_task(name="documents.erase_files")
def erase_files() -> None:
    erasing.erase_due()
