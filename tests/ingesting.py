"""A document taken out of turn and ingested on the spot, as a worker would."""

from uuid import UUID

from documents import ingestion
from documents.work import lease


def ingest(document_id: UUID | str, owner_id: UUID) -> None:
    """Nothing happens while somebody else holds it, or when it is finished."""
    if held := lease.claim(UUID(str(document_id)), owner_id):
        ingestion.ingest([held])
