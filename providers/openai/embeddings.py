"""Embeddings through the OpenAI wire protocol."""

import logging
from collections.abc import Sequence

import httpx2
import numpy as np
import openai

from providers.account import Account
from providers.base import Embedder, Kind, Vectors
from providers.errors import ProviderError
from providers.openai.clients import Clients
from providers.openai.errors import translated
from providers.retries import Patience

log = logging.getLogger(__name__)
LONGEST = 16_000  # characters; the API refuses beyond 8 191 tokens, our chunks have about 300


class OpenAIEmbedder(Embedder):
    dimension = 768  # asked for, so that one column holds every model
    batch_size = 64

    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.model, self._model = f"openai/{model}", model
        self.patience = patience or Patience()
        self._clients = Clients(account, self.patience)

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        try:
            answer = self._clients.synchronous.embeddings.create(
                model=self._model,
                input=[text[:LONGEST] or " " for text in texts],  # empty strings are refused
                dimensions=self.dimension,
            )
            rows = sorted(answer.data, key=lambda row: row.index)
            return np.array([row.embedding for row in rows], np.float32)
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            log.warning("%s: %s", self.model, error)
            raise translated(error) from error
        except (ValueError, TypeError, AttributeError) as error:
            message = "The model provider sent vectors we cannot read."
            raise ProviderError(message, code="bad_vectors", permanent=False) from error
