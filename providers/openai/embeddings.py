"""Embeddings through the OpenAI wire protocol."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import openai

from providers.account import Account
from providers.base import Embedder, Kind, Vectors
from providers.breaker import breaker_of
from providers.matryoshka import COLUMN, fitted
from providers.openai.clients import Clients
from providers.openai.errors import FAILURES, translated
from providers.openai.wishes import Wishes
from providers.refusals import told
from providers.retries import Patience

LONGEST = 16_000  # characters; the API refuses beyond 8 191 tokens, our chunks have about 300
OPTIONAL = ("dimensions", "encoding_format")


class OpenAIEmbedder(Embedder):
    dimension = COLUMN  # asked for; what the server really gives is learnt from its first answer
    batch_size = 64

    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.model, self._model, self.account = f"openai/{model}", model, account
        self.patience = patience or Patience()
        self.breaker = breaker_of(account)
        self._clients = Clients(account, self.patience)
        self._wishes, self._learnt = Wishes(), False

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        try:
            answer = self._answer(texts)
            rows = sorted(answer["data"], key=lambda row: row["index"])
            return fitted(np.stack([_vector(row["embedding"]) for row in rows]), self._model)
        except FAILURES as error:
            raise translated(error, self.account) from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise told("bad_vectors") from error

    def _answer(self, texts: Sequence[str]) -> Any:
        inputs = [text[:LONGEST] or " " for text in texts]  # empty strings are refused
        while True:
            try:
                asked = {"model": self._model, "input": inputs, **self._parameters()}
                return self._clients.whole("embeddings", asked)
            except openai.APIStatusError as error:
                if not self._wishes.learns_from(error, OPTIONAL):
                    raise

    def _parameters(self) -> dict[str, Any]:
        wished = {"dimensions": COLUMN, "encoding_format": "base64"}  # a third of the CPU of lists
        return {"encoding_format": "float", **self._wishes.without_refused(wished)}

    def _checked(self, found: Vectors, count: int) -> Vectors:
        """The first good answer decides how long this server's vectors are."""
        if not self._learnt and found.ndim == 2:
            self.dimension = found.shape[1]
        checked = super()._checked(found, count)
        self._learnt = True
        return checked


def _vector(embedding: str | list[float]) -> Vectors:
    """As asked for, or as a server that knows no base64 sends it."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), "<f4")
    return np.array(embedding, np.float32)
