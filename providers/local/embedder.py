"""Client of the embedder process."""

import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from providers.base import Answer, Embedder, Kind, Vectors
from providers.errors import ProviderError
from providers.local import wire
from providers.local.model import DIMENSION, MAX_TOKENS
from providers.settings import ProviderSettings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0  # a first start builds the model while clients wait


class LocalEmbedder(Embedder):
    """multilingual-e5-small in the embedder process; one open connection per thread."""

    model = "multilingual-e5-small"
    dimension = DIMENSION
    batch_size = 16
    max_tokens = MAX_TOKENS
    truncates = True

    def __init__(self, path: Path, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._path, self._seconds = path, answer_seconds
        self._local = threading.local()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """By the model's own tokenizer: 2 million characters a second."""
        counts: list[int] = []
        for start in range(0, len(texts), wire.MAX_TEXTS):
            counts += self._patiently(partial(self._count, texts[start : start + wire.MAX_TEXTS]))
        return counts

    def _count(self, texts: Sequence[str]) -> list[int]:
        return self._told(wire.request(texts, "count"), wire.read_counts)

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        return self._told(wire.request(texts, kind), wire.read_answer)

    def _told(self, content: bytes, read: Callable[[bytes], Answer]) -> Answer:
        try:
            try:
                return read(self._ask(content))
            except ConnectionError:  # the process was restarted: once more on a new connection
                return read(self._ask(content))
        except TimeoutError:
            message = f"The offline embedder did not answer in {self._seconds:g} s. Try again."
            raise ProviderError(message, code="embedder_timeout", permanent=False) from None
        except OSError as error:
            raise self._not_running() from error
        except wire.BadFrame as refused:
            message = f"The offline embedder refused the text: {refused}"
            raise ProviderError(message, code="embedder_refused", permanent=True) from None

    def _ask(self, content: bytes) -> bytes:
        connection = self._connection()
        try:
            wire.send(connection, content)
            answer = wire.receive(connection)
            if answer is None:
                raise ConnectionResetError("The embedder closed the connection.")
        except BaseException:
            self.close()  # the stream is out of step now
            raise
        return answer

    def _connection(self) -> socket.socket:
        if found := getattr(self._local, "connection", None):
            return found  # type: ignore[no-any-return]
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(str(self._path))
        except BaseException:
            connection.close()
            raise
        connection.settimeout(self._seconds)
        self._local.connection = connection
        return connection

    def close(self) -> None:
        """Closes this thread's connection."""
        if found := self._local.__dict__.pop("connection", None):
            found.close()

    def _not_running(self) -> ProviderError:
        message = (
            "The offline embedder is not running. Start it with “make run” or restart KyroChat."
        )
        return ProviderError(message, code="embedder_down", permanent=False)


def from_settings(settings: ProviderSettings, model: str) -> LocalEmbedder:
    if settings.embedder_socket is None:
        message = "The offline embedder has no address. Set KYRO_DATA_DIR or start with “make run”."
        raise ProviderError(message, code="embedder_unset", permanent=True)
    return LocalEmbedder(settings.embedder_socket)
