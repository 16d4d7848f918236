"""From a question to passages: embed, ask the database once, rerank, put duplicates behind."""

from __future__ import annotations

import time

import structlog

from documents import generations, query_vectors
from documents.models import EmbeddingGeneration
from documents.retrieval.candidates import candidates
from documents.retrieval.duplicates import behind
from documents.retrieval.found import Passage, Search
from documents.retrieval.log import note
from documents.retrieval.parameters import Parameters
from documents.retrieval.reranking import reranked
from documents.retrieval.scopes import SearchScope
from language.queries import parse
from providers.errors import ProviderError

log = structlog.get_logger(__name__)


def search(
    scope: SearchScope, query: str, *, top_k: int = 5, mode: str = "hybrid", origin: str = ""
) -> list[Passage]:
    """The best passages for a query, best first: min(top_k, matching chunks) of them.

    Raises ProviderError when mode is "vector" and the embedder fails.
    """
    return retrieve(scope, query, Parameters(top_k=top_k, mode=mode), origin=origin).passages


def retrieve(scope: SearchScope, query: str, parameters: Parameters, *, origin: str = "") -> Search:
    """The same with all that led to it, noted in the search log where an origin is named.

    The query is embedded before any transaction opens. Raises ProviderError when mode is "vector"
    and the embedder fails; a hybrid search then goes on with words alone.
    """
    found = _retrieve(scope, query, parameters)
    if origin:
        note(scope, found, origin)
    return found


def _retrieve(scope: SearchScope, query: str, parameters: Parameters) -> Search:
    if scope.document_ids == ():
        return Search(query, parameters, [])
    watch = Watch()
    generation = generations.present()  # of this search, whichever is in use when it ends
    vector, failure = _embed(scope, generation, query, parameters)
    watch.stop("embedding")
    fused = candidates(scope, generation, parse(query), vector, parameters)
    watch.stop("database")
    ordered, unranked = reranked(scope, query, _good_enough(fused, parameters), parameters)
    watch.stop("reranking")
    ordered = behind(ordered, parameters.top_k)
    watch.stop("duplicates")
    return Search(
        query,
        parameters,
        passages=ordered[: parameters.top_k],
        ordered=ordered,
        fused=fused,
        ms=watch.ms,
        without_vectors=failure,
        not_reranked=unranked,
    )


class Watch:
    """Milliseconds of the parts of a search, one after the other."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._since = time.perf_counter()

    def stop(self, part: str) -> None:
        now = time.perf_counter()
        self.ms[part], self._since = round((now - self._since) * 1000, 2), now


def _embed(
    scope: SearchScope, generation: EmbeddingGeneration, query: str, parameters: Parameters
) -> tuple[str | None, str]:
    """The query's vector, and why there is none."""
    if parameters.mode == "text":
        return None, ""
    try:
        return query_vectors.halfvec_of(scope.owner_id, generation, query), ""
    except ProviderError as error:
        if parameters.mode == "vector":
            raise
        log.warning("search_without_vectors", reason=str(error))
        return None, str(error)


def _good_enough(fused: list[Passage], parameters: Parameters) -> list[Passage]:
    least = parameters.minimum * max((passage.score for passage in fused), default=0.0)
    return [passage for passage in fused if passage.score >= least]
