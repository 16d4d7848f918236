"""XML inside an archive, read without entities, files or network, and with counted bytes."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from documents.extraction import reasons
from documents.extraction.archive import Part
from documents.extraction.cleaning import clean
from documents.extraction.limits import Limits

TITLE = "{http://purl.org/dc/elements/1.1/}title"
# What python-docx, PowerPoint and some exporters leave there from their templates.
TEMPLATE_TITLES = {"Word Document", "Presentation", "PowerPoint Presentation"}
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
    except (ValueError, LookupError, OverflowError) as error:  # numbers that are none
        raise reasons.damaged(kind, f"{type(error).__name__}: {error}") from error


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


def drop(element: Any) -> None:
    """Free what was read, with its siblings before it."""
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def title_of(archive: zipfile.ZipFile, limits: Limits, kind: str) -> str:
    """The title among the properties of an Office Open XML file."""
    root = tree(archive, "docProps/core.xml", limits, kind)
    title = clean(root.findtext(TITLE) or "") if root is not None else ""
    title = " ".join(title.split())
    return title if 3 <= len(title) <= 200 and title not in TEMPLATE_TITLES else ""


def _refuse_doctype(parsed: Any, kind: str) -> None:
    """No office program writes one; entities and billion laughs need one."""
    if parsed.docinfo.doctype:
        raise reasons.unsafe(kind)
