"""What an EPUB says about itself: title, order of chapters, table of contents, locks.

These XML files are read by the HTML parser as well: it defines no entities, needs no namespaces
and forgives what books get wrong.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from documents.extraction import charsets, reasons
from documents.extraction.archive import Part
from documents.extraction.html import tree
from documents.extraction.limits import Limits
from documents.extraction.result import EPUB

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
# Obscured fonts lock nobody out of the text.
FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
PAGES = {"application/xhtml+xml", "text/html", "text/x-oeb1-document"}


@dataclass
class Book:
    title: str = ""
    chapters: list[str] = field(default_factory=list)  # members of the archive, in order
    contents: dict[str, str] = field(default_factory=dict)  # member -> title in the contents


@dataclass(frozen=True)
class Shelf:
    """The archive, read by name as text."""

    archive: zipfile.ZipFile
    limits: Limits

    def __contains__(self, name: str) -> bool:
        return name in self.archive.NameToInfo

    def text(self, name: str) -> str:
        if name not in self:
            raise reasons.damaged(EPUB, f"{name} is missing")
        part = Part(self.archive, name, self.limits)
        text = charsets.decode_page(b"".join(iter(part.read, b"")))
        if text is None:
            raise reasons.damaged(EPUB, f"{name} is not text")
        return text

    def elements(self, name: str) -> Iterator[tuple[str, LexborNode]]:
        """Each element with its name, in lower case and without prefix."""
        root = tree(self.text(name), is_xml=True).root
        for node in root.traverse() if root is not None else ():
            yield (node.tag or "").rpartition(":")[2], node


def read_book(shelf: Shelf) -> Book:
    package = _package_name(shelf)
    book = Book()
    pages: dict[str, str] = {}  # id in the manifest -> member
    contents = ""
    for name, node in shelf.elements(package):
        given = {key: value or "" for key, value in node.attributes.items()}
        if name == "title":
            book.title = book.title or " ".join(node.text().split())
        elif name == "item":
            member = _resolved(package, given.get("href", ""))
            kind = given.get("media-type", "")
            is_nav = "nav" in given.get("properties", "").split()
            if is_nav or (kind == "application/x-dtbncx+xml" and not contents):
                contents = member
            elif kind in PAGES:
                pages[given.get("id", "")] = member
        elif name == "itemref" and given.get("idref") in pages:
            book.chapters.append(pages[given["idref"]])
    book.chapters = list(dict.fromkeys(book.chapters))
    if not book.chapters:
        raise reasons.damaged(EPUB, "the spine names no chapters")
    _refuse_locked(shelf, book)
    if contents in shelf:
        book.contents = _contents(shelf, contents)
    return book


def _package_name(shelf: Shelf) -> str:
    for name, node in shelf.elements(CONTAINER):
        if name == "rootfile" and (path := node.attributes.get("full-path")):
            return path
    raise reasons.damaged(EPUB, "the container names no package")


def _contents(shelf: Shelf, source: str) -> dict[str, str]:
    """The first title given to each member, in an EPUB 3 nav or an EPUB 2 ncx."""
    titles: dict[str, str] = {}
    label = ""
    for name, node in shelf.elements(source):
        target = None
        if name == "text":
            label = node.text()
        elif name == "content":
            target = node.attributes.get("src")
        elif name == "a":
            target, label = node.attributes.get("href"), node.text()
        if target and label.strip():
            titles.setdefault(_resolved(source, target), " ".join(label.split()))
    return titles


def _refuse_locked(shelf: Shelf, book: Book) -> None:
    if ENCRYPTION not in shelf:
        return
    method = ""
    locked: set[str] = set()
    for name, node in shelf.elements(ENCRYPTION):
        if name == "encryptionmethod":
            method = node.attributes.get("algorithm") or ""
        elif name == "cipherreference" and method not in FONTS:
            locked.add(_resolved("", node.attributes.get("uri") or ""))
    if not locked.isdisjoint(book.chapters):
        raise reasons.locked_book()


def _resolved(source: str, target: str) -> str:
    """The member a reference in `source` leads to."""
    path = unquote(target.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), path)).lstrip("/")
