"""JSON and JSON Lines as text to read and to find things in.

Objects are headings and "key: value" lines, arrays of flat objects tables, numbers as written.
What is no JSON after all, or nests too deep to follow, is read as the plain text it is.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from documents.extraction import text
from documents.extraction.json_outline import Object, Outline
from documents.extraction.limits import Limits
from documents.extraction.result import JSON, PLAIN, Extracted
from documents.extraction.writing import Writer


def parse(path: Path, limits: Limits) -> Extracted:
    source = text.read(path, limits)
    outline = Outline(Writer(limits))
    try:
        title = _write(source, outline)
    except (ValueError, RecursionError):
        return Extracted(PLAIN, source)
    # Its first key is a heading, but no title.
    return replace(outline.writer.finish(JSON), title=title)


def _write(source: str, outline: Outline) -> str:
    try:
        whole = _loaded(source)
    except ValueError:
        outline.array(_lines(source))
        return ""
    outline.value(whole)
    return _title(whole)


def _loaded(source: str) -> Any:
    # Numbers stay as they are written: no rounding, no limit to their digits.
    return json.loads(
        source,
        object_pairs_hook=Object,
        parse_int=str,
        parse_float=str,
        parse_constant=str,
        strict=False,
    )


def _lines(source: str) -> Iterator[Any]:
    """One value a line. A damaged line among good ones is kept as it stands, but not the first."""
    good = 0
    for line in source.split("\n"):
        if not line.strip():
            continue
        try:
            value = _loaded(line)
        except ValueError:
            if not good:
                raise
            value = line
        good += 1
        yield value


def _title(whole: Any) -> str:
    given = dict(whole) if isinstance(whole, Object) else {}
    titles = [title for key in ("title", "name") if isinstance(title := given.get(key), str)]
    return " ".join(next(filter(str.strip, titles), "").split())[:200]
