"""A folder on the server's own disk, walked: what there is to read, what is left out and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from documents.sifting import is_leftover, sift
from documents.uploads import UploadRefused


@dataclass(frozen=True)
class Found:
    """A file and its path, which begins with the folder's own name; or why it is left out."""

    file: Path
    path: str
    size: int = 0
    reason: str = ""


def walk(folder: Path) -> Iterator[Found]:
    """Every file, by the alphabet. Hidden ones are skipped; links are followed to files within.

    Folders behind links are not entered: they would lead outside, or round in circles.
    """
    root = folder.resolve(strict=True)
    unreadable: list[OSError] = []
    for where, folders, names in os.walk(root, onerror=unreadable.append):
        here = Path(where)
        linked = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not is_leftover(name))
        for name in sorted([*names, *linked]):
            if not is_leftover(name):
                yield _found(root, here / name)
    for error in unreadable:
        file = Path(error.filename)
        yield Found(file, _path(root, file), reason=error.strerror or str(error))


def _found(root: Path, file: Path) -> Found:
    path = _path(root, file)
    try:
        target = file.resolve(strict=True)
        if not target.is_relative_to(root):
            return Found(file, path, reason=_("This link leads out of the folder."))
        if not target.is_file():
            return Found(file, path, reason=_("This is no file."))
        size = target.stat().st_size
        sift(path, size)
        if not os.access(target, os.R_OK):
            return Found(file, path, reason=_("Permission denied"))
    except UploadRefused as refusal:
        return Found(file, path, reason=str(refusal))
    except (OSError, RuntimeError) as error:
        return Found(file, path, reason=getattr(error, "strerror", None) or str(error))
    return Found(target, path, size)


def _path(root: Path, file: Path) -> str:
    """Names that are no text, or no line of it, are written so that they are."""
    path = os.fsencode(str(file.relative_to(root.parent))).decode(errors="replace")
    return "".join(char if char.isprintable() else "_" for char in path)[-1000:]
