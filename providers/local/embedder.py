"""Client of the embedder process."""

import socket
import threading
from collections.abc import Sequence
from pathlib import Path

from providers.base import Embedder, Kind, Vectors
from providers.errors import ProviderError
from providers.local import wire
from providers.local.model import DIMENSION
from providers.settings import ProviderSettings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0  # a first start builds the model while clients wait


class LocalEmbedder(Embedder):
    """multilingual-e5-small in the embedder process; one open connection per thread."""

    model = "multilingual-e5-small"
    dimension = DIMENSION
    batch_size = 16

    def __init__(self, path: Path, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._path, self._seconds = path, answer_seconds
        self._local = threading.local()

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        content = wire.request(texts, kind)
        try:
            try:
                return self._ask(content)
            except ConnectionError:
                return self._ask(
                    content
                )  # the process was restarted: once more on a new connection
        except TimeoutError:
            message = f"The offline embedder did not answer in {self._seconds:g} s. Try again."
            raise ProviderError(message, code="embedder_timeout", permanent=False) from None
        except OSError as error:
            raise self._not_running() from error
        except wire.BadFrame as refused:
            message = f"The offline embedder refused the text: {refused}"
            raise ProviderError(message, code="embedder_refused", permanent=True) from None

    def _ask(self, content: bytes) -> Vectors:
        connection = self._connection()
        try:
            wire.send(connection, content)
            answer = wire.receive(connection)
            if answer is None:
                raise ConnectionResetError("The embedder closed the connection.")
        except BaseException:
            self.close()  # the stream is out of step now
            raise
        return wire.read_answer(answer)

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
