"""The rows of a document's passages, from the pieces of its text to what is embedded and found."""

from __future__ import annotations

import hashlib
from uuid import UUID

from documents.chunking.contexts import under
from documents.chunking.splitting import Piece
from documents.extraction import Extracted
from documents.lexical import weighed
from documents.models import DocumentChunk
from documents.scans import mark_of
from documents.work.lease import Lease
from language.passages import passage_terms


def passages_of(held: Lease, extracted: Extracted, pieces: list[Piece]) -> list[DocumentChunk]:
    """A row for each piece, still without index terms and vector."""
    return [
        DocumentChunk(
            document_id=held.document_id,
            owner_id=held.owner_id,
            chunk_index=index,
            content=extracted.text[piece.start : piece.end],
            token_count=piece.token_count,
            start_char=piece.start,
            end_char=piece.end,
            page=piece.page,
            section=piece.section,
            metadata={"context": piece.context} | mark_of(extracted, piece.page),
        )
        for index, piece in enumerate(pieces)
    ]


def text_of(chunk: DocumentChunk) -> str:
    """What is embedded and indexed."""
    return under(chunk.metadata.get("context", chunk.section), chunk.content)


def index(chunk: DocumentChunk) -> None:
    """Set what follows from the passage's text: its words, and the hash that finds its like."""
    text = text_of(chunk)
    chunk.lexical = weighed(passage_terms(text), chunk.token_count)
    chunk.passage_hash = UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
