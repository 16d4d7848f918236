"""Embeddings with Gemini, through Google's client."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from providers.account import Account
from providers.base import Embedder, Kind, Vectors
from providers.breaker import breaker_of
from providers.gemini.clients import Clients
from providers.matryoshka import COLUMN, fitted
from providers.refusals import told
from providers.retries import Patience

LONGEST = 16_000  # characters; the service cuts by itself at 2 048 tokens (8 192 since the second)
TASKS = {"passage": "RETRIEVAL_DOCUMENT", "query": "RETRIEVAL_QUERY"}
# Models since gemini-embedding-2 take the task as words instead:
# https://ai.google.dev/gemini-api/docs/embeddings
PREFIXES = {"passage": "title: none | text: ", "query": "task: search result | query: "}


class GeminiEmbedder(Embedder):
    dimension = COLUMN
    batch_size = 64  # of at most 100

    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.model, self._model, self.account = f"gemini/{model}", model, account
        self.patience = patience or Patience()
        self.breaker = breaker_of(account)
        self._clients = Clients(account, self.patience)
        self._takes_task = model.startswith("gemini-embedding-001")

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        client: Any = self._clients.synchronous
        from providers.gemini.errors import FAILURES, UNREADABLE, translated

        try:
            answer = client.models.embed_content(
                model=self._model,
                # Each a content of its own: newer models make one vector of a list of strings.
                contents=[{"parts": [{"text": text}]} for text in self._prepared(texts, kind)],
                config=self._config(kind),
            )
            return fitted(
                np.array([one.values for one in answer.embeddings], np.float32), self._model
            )
        except (*UNREADABLE, ValueError, TypeError, AttributeError) as error:
            raise told("bad_vectors") from error
        except FAILURES as error:
            raise translated(error, self.account) from error

    def _config(self, kind: Kind) -> dict[str, Any]:
        task = {"task_type": TASKS[kind]} if self._takes_task else {}
        return {"output_dimensionality": self.dimension, **task}

    def _prepared(self, texts: Sequence[str], kind: Kind) -> list[str]:
        prefix = "" if self._takes_task else PREFIXES[kind]
        return [prefix + (text[:LONGEST] or " ") for text in texts]
