"""What a reader does: one document in, one result on standard output, then the process ends.

Imported by the process that forks the readers, so whatever is imported here is loaded once.
"""

import json
import os
import sys
from pathlib import Path

import charset_normalizer  # noqa: F401
import lxml.etree  # noqa: F401
import markdown_it  # noqa: F401
import pypdfium2  # noqa: F401

from documents.extraction import csv_table, docx, markdown, odt, pdf, pptx, rtf, text, xlsx  # noqa: F401
from documents.extraction.kinds import parse
from documents.extraction.limits import Limits
from documents.extraction.reasons import too_much_memory, unreadable
from documents.extraction.result import ExtractionError, write, write_error


def read_document(path: str, suffix: str, limits: str) -> None:
    bounds = Limits(**json.loads(limits))
    bounds.apply()
    stream = sys.stdout.buffer
    try:
        write(parse(Path(path), suffix, bounds), stream)
    except ExtractionError as error:
        write_error(error, stream)
    except MemoryError:
        write_error(too_much_memory(bounds), stream)
    except Exception as error:  # noqa: BLE001 (whatever a parser raises is the file's fault)
        write_error(unreadable(f"{type(error).__name__}: {error}"), stream)
    stream.flush()
    # Tearing down parsers takes time and can crash; the result is out.
    os._exit(0)
