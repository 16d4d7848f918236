"""Frames between the embedder process and its clients on a unix socket: four bytes of length,
then the content.

Request: JSON {"kind": "query" | "passage" | "count", "texts": [...]}. Answer: one status byte, then
little-endian float32 vectors or uint32 counts (status 0) or JSON {"message": …} (status 1).
"""

import json
import socket
import struct
from collections.abc import Sequence
from typing import Literal

import numpy as np

from providers.base import Vectors
from providers.local.model import DIMENSION, MAX_CHARACTERS

Wish = Literal["query", "passage", "count"]
MAX_TEXTS = 64
MAX_FRAME = (
    MAX_TEXTS * MAX_CHARACTERS * 12 + 1000
)  # an escaped character outside the BMP takes 12 bytes
DONE, FAILED = b"\0", b"\1"
_LENGTH = struct.Struct("!I")


class BadFrame(Exception):
    """The other side does not speak this protocol, or asks for too much."""


def send(connection: socket.socket, content: bytes) -> None:
    connection.sendall(_LENGTH.pack(len(content)) + content)


def receive(connection: socket.socket) -> bytes | None:
    """The next frame; None when the other side closed between frames."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise BadFrame(f"A frame of {length} bytes is more than {MAX_FRAME}.")
    content = _exactly(connection, length)
    if content is None:
        raise ConnectionResetError("The connection closed inside a frame.")
    return content


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    content = bytearray()
    while len(content) < count:
        part = connection.recv(min(count - len(content), 1 << 16))
        if not part:
            if content:
                raise ConnectionResetError("The connection closed inside a frame.")
            return None
        content += part
    return bytes(content)


def request(texts: Sequence[str], kind: Wish) -> bytes:
    return json.dumps({"kind": kind, "texts": [text[:MAX_CHARACTERS] for text in texts]}).encode()


def read_request(content: bytes) -> tuple[list[str], Wish]:
    try:
        found = json.loads(content)
        kind, texts = found["kind"], found["texts"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadFrame("The request is not JSON with kind and texts.") from None
    if kind not in ("query", "passage", "count") or not isinstance(texts, list):
        raise BadFrame("The request is not JSON with kind and texts.")
    if len(texts) > MAX_TEXTS or not all(isinstance(text, str) for text in texts):
        raise BadFrame(f"The request must hold at most {MAX_TEXTS} texts.")
    return texts, kind


def answer(vectors: Vectors) -> bytes:
    return DONE + np.asarray(vectors, "<f4").tobytes()


def answer_counts(counts: Sequence[int]) -> bytes:
    return DONE + np.array(counts, "<u4").tobytes()


def failure(message: str) -> bytes:
    return FAILED + json.dumps({"message": message}).encode()


def read_answer(content: bytes) -> Vectors:
    _check_answer(content, 4 * DIMENSION)
    return np.frombuffer(content, "<f4", offset=1).reshape(-1, DIMENSION).astype(np.float32)


def read_counts(content: bytes) -> list[int]:
    _check_answer(content, 4)
    counts: list[int] = np.frombuffer(content, "<u4", offset=1).tolist()
    return counts


def _check_answer(content: bytes, row: int) -> None:
    if content[:1] == FAILED:
        raise BadFrame(json.loads(content[1:])["message"])
    if content[:1] != DONE or (len(content) - 1) % row:
        raise BadFrame("The embedder sent an answer that is not what was asked for.")
