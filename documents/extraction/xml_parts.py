"""XML inside an archive, read without entities, files or network, and with counted bytes."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from documents.extraction import reasons
from documents.extraction.archive import Part
from documents.extraction.limits import Limits

OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}


@contextmanager
def faults_told(kind: str) -> Iterator[None]:
    """What the parser throws, as a sentence about this kind of file."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        if "Memory" in str(error) or "allocation" in str(error):
            raise MemoryError from error
        if "entity" in str(error).lower():
            raise reasons.unsafe(kind) from error
        raise reasons.damaged(kind, str(error)) from error


def tree(archive: zipfile.ZipFile, name: str, limits: Limits, kind: str) -> Any:
    """The root of a small part, None if the archive has no such part."""
    if name not in archive.NameToInfo:
        return None
    parsed = etree.parse(Part(archive, name, limits), etree.XMLParser(**OPTIONS))
    _refuse_doctype(parsed, kind)
    return parsed.getroot()


def events(
    archive: zipfile.ZipFile, name: str, limits: Limits, *, kind: str, **options: Any
) -> Iterator[tuple[str, Any]]:
    """Like etree.iterparse; clearing what was read is up to the caller."""
    source = Part(archive, name, limits)
    parser = etree.iterparse(source, remove_comments=True, **options, **OPTIONS)
    checked = False
    for event, element in parser:
        if not checked:
            _refuse_doctype(element.getroottree(), kind)
            checked = True
        yield event, element
    if parser.root is not None:
        _refuse_doctype(parser.root.getroottree(), kind)


def _refuse_doctype(parsed: Any, kind: str) -> None:
    """No office program writes one; entities and billion laughs need one."""
    if parsed.docinfo.doctype:
        raise reasons.unsafe(kind)
