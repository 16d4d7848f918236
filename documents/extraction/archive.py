"""Zip bombs are refused by what the directory declares and again by what really comes out."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.limits import MEBIBYTE, Limits

MOST_MEMBERS = 10_000
MOST_EXPANDED = 1024 * MEBIBYTE
# Word's XML shrinks about tenfold, repetitive tables fifty-fold; bombs a thousandfold.
MOST_RATIO = 100
SMALL = 32 * MEBIBYTE
BLOCK = MEBIBYTE
ENCRYPTED = 0x1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


@contextmanager
def opened(path: Path, kind: str) -> Iterator[zipfile.ZipFile]:
    """The archive, checked; a fault of the archive while reading is told as one of this kind."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_directory(archive)
            if any(member.flag_bits & ENCRYPTED for member in archive.infolist()):
                raise reasons.encrypted(kind)
            yield archive
    except BROKEN as error:
        raise reasons.damaged(kind, f"{type(error).__name__}: {error}") from error


def check_directory(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise reasons.too_many_parts(len(members))
    expanded = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if expanded > MOST_EXPANDED or (expanded > SMALL and expanded > MOST_RATIO * packed):
        raise reasons.zip_bomb(expanded)


class Part:
    """One member as a stream that counts real bytes: declared sizes can lie."""

    def __init__(self, archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self._member = archive.open(name)
        self._left = limits.memory_bytes

    def read(self, size: int = BLOCK) -> bytes:
        block = self._member.read(min(size, BLOCK) if size > 0 else BLOCK)
        self._left -= len(block)
        if self._left < 0:
            raise reasons.zip_bomb(self._member.tell())
        return block
