"""What a reader of pictures does: one page in, its text on standard output.

Imported by the process that forks them, so the models are loaded once.
"""

import json
from pathlib import Path

from documents.extraction.answering import give
from documents.extraction.cleaning import clean
from documents.extraction.hyphens import mend_hyphens
from documents.extraction.limits import Limits
from documents.extraction.ocr.engine import Engine
from documents.extraction.ocr.order import written
from documents.extraction.ocr.pages import rendered
from documents.extraction.result import Extracted

engine = Engine()


def read(path: str, kind: str, page: int, password: str, limits: str) -> None:
    def reading() -> Extracted:
        text = written(engine.lines(rendered(Path(path), kind, page, password)))
        return Extracted(kind, clean(mend_hyphens([text])[0]).strip())

    give(reading, Limits(**json.loads(limits)))
