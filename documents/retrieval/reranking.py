"""The second opinion on what was found: scores of a reranker, never at the cost of the search."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog

from accounts import tenancy
from accounts.reranking import reranker_of
from billing.models import RequestType
from billing.usage import record_usage
from documents.retrieval.scopes import SearchScope
from providers.base import Scores
from providers.errors import ProviderError

log = structlog.get_logger(__name__)


def reranked(
    scope: SearchScope, model: str, query: str, texts: Sequence[str]
) -> tuple[Scores | None, str]:
    """One score per text, and why there is none: the passages then stay as fused.

    Takes three seconds at most or a little more. Call it outside of any transaction.
    """
    began = time.monotonic()
    try:
        with reranker_of(scope.owner_id, model) as reranker:
            scores = reranker.rerank(query, texts)
    except ProviderError as error:
        log.warning("search_without_reranking", model=model, code=error.code, reason=error.message)
        return None, error.message
    with tenancy.scope(scope.owner_id):
        record_usage(
            scope.owner_id,
            RequestType.RAG,
            model,
            scores.usage,
            latency_ms=round((time.monotonic() - began) * 1000),
            chatbot_id=scope.chatbot_id,
            own_key=reranker.own_key,
        )
    return scores, ""
