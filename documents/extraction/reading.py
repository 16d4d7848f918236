"""What a reader does: one document in, one result on standard output, then the process ends.

Imported by the process that forks the readers, so whatever is imported here is loaded once.
"""

import json
from pathlib import Path

import charset_normalizer  # noqa: F401
import lxml.etree  # noqa: F401
import markdown_it  # noqa: F401
import pypdfium2  # noqa: F401

from documents.extraction import csv_table, docx, markdown, odt, pdf, pptx, rtf, text, xlsx  # noqa: F401
from documents.extraction.answering import give
from documents.extraction.kinds import parse
from documents.extraction.limits import Limits


def read(path: str, suffix: str, password: str, limits: str) -> None:
    bounds = Limits(**json.loads(limits))
    give(lambda: parse(Path(path), suffix, bounds, password), bounds)
