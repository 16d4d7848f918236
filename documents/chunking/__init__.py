"""A text cut into the passages that an embedder reads whole and a person reads with sense."""

from documents.chunking.splitting import split

__all__ = ["split"]
