"""Documents become text here, in a child process that may fail without harm."""

from documents.extraction.isolation import extract
from documents.extraction.limits import Limits
from documents.extraction.result import Extracted, ExtractionError, Heading

__all__ = ["Extracted", "ExtractionError", "Heading", "Limits", "extract"]
