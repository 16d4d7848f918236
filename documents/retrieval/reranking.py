"""The best candidates read once more, together with the question, where there is a reranker."""

from __future__ import annotations

from dataclasses import replace

import structlog

from accounts.reranking import reranker_of
from accounts.tenancy import scope as scoped
from billing.models import RequestType
from billing.usage import record_usage
from documents.retrieval.found import Passage
from documents.retrieval.parameters import Parameters
from documents.retrieval.scopes import SearchScope
from providers import registry
from providers.base import Reranker, Usage
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
READ = 30  # passages, or as many as were asked for
OFF = "none"


def reranked(
    scope: SearchScope, query: str, passages: list[Passage], parameters: Parameters
) -> tuple[list[Passage], str]:
    """The passages in the order of the parameters' model, else of the installation's; and why
    they are still in their old order, when it failed. Call it outside any transaction."""
    name = parameters.rerank_model or registry.wanted_reranker()
    if not passages or name in ("", OFF):
        return passages, ""
    read = passages[: max(READ, parameters.top_k)]
    try:
        with reranker_of(scope.owner_id, name) as reranker:
            scores = reranker.rerank(query, [_shown(passage) for passage in read])
    except ProviderError as error:
        log.warning("search_not_reranked", model=name, reason=str(error))
        return passages, str(error)
    _note_usage(scope, name, reranker, scores.usage)
    scored = [replace(p, rerank_score=score) for p, score in zip(read, scores, strict=True)]
    # Sorting keeps the order of the fusion among equals.
    best_first = sorted(scored, key=lambda passage: -(passage.rerank_score or 0.0))
    return best_first + passages[len(read) :], ""


def _shown(passage: Passage) -> str:
    return f"{passage.section}\n{passage.content}" if passage.section else passage.content


def _note_usage(scope: SearchScope, name: str, reranker: Reranker, usage: Usage) -> None:
    with scoped(scope.owner_id):
        record_usage(
            scope.owner_id,
            RequestType.EMBEDDING,
            name,
            usage,
            chatbot_id=scope.chatbot_id,
            own_key=reranker.own_key,
        )
