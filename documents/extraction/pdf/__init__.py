"""PDF: the text of each page in reading order, with the structure its drawing shows."""

from documents.extraction.pdf.document import parse

__all__ = ["parse"]
