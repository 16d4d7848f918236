"""Office Open XML packages: parts point at each other through relationship files."""

import posixpath
import zipfile
from typing import Any, NamedTuple

from documents.extraction.limits import Limits
from documents.extraction.xml_parts import tree

MAIN = "officeDocument"


class Link(NamedTuple):
    kind: str  # last word of the relationship's type: slide, notesSlide, worksheet
    part: str


def links(archive: zipfile.ZipFile, part: str, limits: Limits, kind: str) -> dict[str, Link]:
    """What `part` points at inside the package, by relationship id."""
    folder, name = posixpath.split(part)
    root = tree(archive, posixpath.join(folder, f"_rels/{name}.rels"), limits, kind)
    found = {}
    for link in root.iter("{*}Relationship") if root is not None else ():
        if link.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, link.get("Target") or ""))
            what = (link.get("Type") or "").rpartition("/")[2]
            found[link.get("Id") or ""] = Link(what, target.lstrip("/"))
    return found


def main_part(archive: zipfile.ZipFile, usual: str, limits: Limits, kind: str) -> str:
    """The part everything hangs on; Word on the web calls it document2.xml now and then."""
    found = (link.part for link in links(archive, "", limits, kind).values() if link.kind == MAIN)
    return next((part for part in found if part in archive.NameToInfo), usual)


def link_id(element: Any) -> str:
    """The r:id of an element; strict files have it in another namespace."""
    for name, value in element.items():
        if name.endswith("}id"):
            return str(value)
    return ""
