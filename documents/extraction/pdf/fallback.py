"""pypdf repairs some files that PDFium refuses; it is ten times slower."""

from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError

from documents.extraction import reasons
from documents.extraction.limits import Limits
from documents.extraction.result import PDF


def pages(path: Path, limits: Limits, password: str = "") -> Iterator[str]:
    try:
        reader = PdfReader(path)
        if password and reader.is_encrypted and not reader.decrypt(password):
            raise reasons.locked(password)
        if len(reader.pages) > limits.pages:
            raise reasons.too_many_pages(len(reader.pages), limits)
        for page in reader.pages:
            yield page.extract_text()
    except FileNotDecryptedError as error:
        raise reasons.locked(password) from error
    except LimitReachedError as error:
        raise reasons.too_much_memory(limits) from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise reasons.damaged(PDF, f"{type(error).__name__}: {error}") from error
