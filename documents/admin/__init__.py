"""What staff see of documents; importing a module registers its lists."""

from documents.admin import batches, documents, pauses, web

__all__ = ["batches", "documents", "pauses", "web"]
