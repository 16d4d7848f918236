"""What staff see of documents; importing a module registers its lists."""

from documents.admin import batches, documents, generations, pauses, searches, shared, web

__all__ = ["batches", "documents", "generations", "pauses", "searches", "shared", "web"]
