"""The names at the top of an OLE compound file, which tell the old Office formats apart.

Layout: [MS-CFB] 2.2 header, 2.3 FAT, 2.6 directory. Objects embedded in a document lie deeper
and do not count.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

END = 0xFFFFFFFA  # sector numbers from here on are marks
NOBODY = 0xFFFFFFFF
MOST_SECTORS = 10_000
ENTRY_BYTES = 128


def root_streams(path: Path) -> set[str]:
    """Empty where the file is too damaged to say."""
    content = path.read_bytes()
    try:
        directory = b"".join(_sectors(content))
        return set(_children(directory))
    except (struct.error, IndexError):
        return set()


def _sectors(content: bytes) -> Iterator[bytes]:
    """The directory's sectors, along the chain in the file allocation table."""
    size = 1 << (struct.unpack_from("<H", content, 30)[0] & 0x0F)
    fat = list(_fat_sectors(content, size))
    sector = _number(content, 48)
    for _ in range(MOST_SECTORS):
        if sector >= END:
            return
        yield content[(sector + 1) * size : (sector + 2) * size]
        table, place = divmod(sector, size // 4)
        sector = _number(content, (fat[table] + 1) * size + 4 * place)


def _fat_sectors(content: bytes, size: int) -> Iterator[int]:
    """109 stand in the header, the rest in a chain of sectors of their own."""
    yield from struct.unpack_from("<109I", content, 76)
    sector = _number(content, 68)
    for _ in range(MOST_SECTORS):
        if sector >= END:
            return
        numbers = struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)
        yield from numbers[:-1]
        sector = numbers[-1]


def _children(directory: bytes) -> Iterator[str]:
    """The root's members are a tree of siblings."""
    seen = {NOBODY}
    todo = [_number(directory, 76)]
    while todo:
        number = todo.pop()
        if number in seen:
            continue
        seen.add(number)
        start = number * ENTRY_BYTES
        left, right = struct.unpack_from("<2I", directory, start + 68)
        length = struct.unpack_from("<H", directory, start + 64)[0]
        name = directory[start : start + max(0, min(length, 64) - 2)]
        yield name.decode("utf-16-le", "replace")
        todo += [left, right]


def _number(content: bytes, place: int) -> int:
    number: int = struct.unpack_from("<I", content, place)[0]
    return number
