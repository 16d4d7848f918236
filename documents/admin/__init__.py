"""What staff see of documents; importing a module registers its lists."""

from documents.admin import documents, pauses

__all__ = ["documents", "pauses"]
