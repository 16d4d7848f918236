"""Reranking as Jina, Cohere, vLLM, llama.cpp, LiteLLM and Xinference speak it, at /rerank beside
OpenAI's endpoints, and as text-embeddings-inference does."""

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import openai

from language.tokens import estimate_tokens
from providers.account import Account
from providers.base import Reranker, Scores, Usage
from providers.breaker import breaker_of
from providers.openai.clients import Clients
from providers.openai.errors import FAILURES, translated
from providers.openai.wishes import Wishes
from providers.refusals import told
from providers.retries import Patience

LONGEST = 16_000  # characters; servers cut at 512 tokens (bge) to some thousands
MOST_TOKENS = 100_000_000  # of one call; a count beyond that is none
OPTIONAL = ("return_documents", "documents")
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


class OpenAIReranker(Reranker):
    def __init__(self, model: str, account: Account, patience: Patience | None = None) -> None:
        self.model, self._model, self.account = f"openai/{model}", model, account
        self.patience = patience or Reranker.patience
        self.breaker, self.own_key = breaker_of(account), account.guarded
        self._clients = Clients(account, self.patience)
        self._wishes = Wishes()

    def _rerank(self, query: str, texts: Sequence[str]) -> Scores:
        try:
            answer = json.loads(self._answer(query[:LONGEST], texts).content)
            rows = answer if isinstance(answer, list) else _rows(answer)
            usage = _usage(answer) or Usage(_estimated(query, texts), 0, exact=False)
            return Scores(_in_order(rows, len(texts)), usage)
        except FAILURES as error:
            raise translated(error, self.account) from error
        except UNREADABLE as error:
            raise told("bad_scores") from error

    def _answer(self, query: str, texts: Sequence[str]) -> httpx2.Response:
        documents = [text[:LONGEST] or " " for text in texts]  # empty strings are refused
        while True:
            try:
                return self._clients.synchronous.post(
                    "/rerank", cast_to=httpx2.Response, body=self._body(query, documents)
                )
            except openai.APIStatusError as error:
                if not self._wishes.learns_from(error, OPTIONAL):
                    raise

    def _body(self, query: str, documents: list[str]) -> dict[str, Any]:
        if "documents" in self._wishes.refused:
            return {"query": query, "texts": documents, "truncate": True}
        wished = {"documents": documents, "top_n": len(documents), "return_documents": False}
        return {"model": self._model, "query": query, **self._wishes.without_refused(wished)}


def _rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer.get("results") or answer["data"]  # data: Voyage
    return rows


def _in_order(rows: list[dict[str, Any]], count: int) -> list[float]:
    """By the texts' places, which each row must name once; most servers send the best first."""
    scores: dict[int, float] = {}
    for row in rows:
        place, score = row["index"], row["relevance_score" if "relevance_score" in row else "score"]
        if type(place) is not int or isinstance(score, str) or place in scores:
            raise ValueError(place)
        scores[place] = float(score)
    return [scores[place] for place in range(count)] if len(scores) == count else []


def _usage(answer: Any) -> Usage | None:
    """As vLLM, Jina and llama.cpp count, or Cohere and LiteLLM; others tell nothing."""
    if not isinstance(answer, dict):
        return None
    counted = answer.get("usage") or {}
    billed = (answer.get("meta") or {}).get("tokens") or {}
    tokens = counted.get("total_tokens") or billed.get("input_tokens")
    if type(tokens) is int and 0 < tokens < MOST_TOKENS:
        return Usage(tokens, 0, exact=True)
    return None


def _estimated(query: str, texts: Sequence[str]) -> int:
    """Each text is read together with the query."""
    return len(texts) * estimate_tokens(query) + sum(map(estimate_tokens, texts))
