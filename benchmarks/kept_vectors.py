"""The offline embedder with a memory: a text that was embedded in an earlier run is not again."""

from __future__ import annotations

import hashlib
import socket
import sqlite3
import threading
from pathlib import Path
from typing import Literal

import numpy as np

from providers.local.model import E5
from providers.local.server import Server, listen
from providers.local.weights import Floats


class Remembering(E5):
    def __init__(self, models: Path, kept: Path) -> None:
        super().__init__(models)
        self.embedded = 0
        self._lock = threading.Lock()
        self._kept = sqlite3.connect(kept, check_same_thread=False, isolation_level=None)
        self._kept.execute("PRAGMA journal_mode = wal")
        self._kept.execute("CREATE TABLE IF NOT EXISTS vectors (hash PRIMARY KEY, vector)")

    def encode(self, text: str, kind: Literal["query", "passage"]) -> Floats:
        key = hashlib.sha256(f"{kind}: {text}".encode("utf-8", "replace")).digest()
        with self._lock:
            row = self._kept.execute("SELECT vector FROM vectors WHERE hash = ?", [key]).fetchone()
        if row:
            return np.frombuffer(row[0], np.float32)
        vector = super().encode(text, kind)
        with self._lock:
            self.embedded += 1
            row = [key, vector.tobytes()]
            self._kept.execute("INSERT OR IGNORE INTO vectors VALUES (?, ?)", row)
        return vector


def serve(path: Path, model: E5) -> None:
    """From here on the offline embedder's clients find it at this socket."""
    listener: socket.socket = listen(path)
    threading.Thread(target=Server(listener, model).serve_forever, daemon=True).start()
