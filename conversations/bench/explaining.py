"""One search taken apart, for page and API: every candidate, its figures and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from chatbots.models import Chatbot
from conversations import prompts
from documents.models import SearchLog
from documents.retrieval import Parameters, Passage, Search, SearchScope, retrieve
from documents.retrieval.reranking import OFF
from providers import registry
from providers.base import ChatMessage

NUMBER, MINIMUM = "number", "minimum"


@dataclass(frozen=True)
class Candidate:
    """`place` among those handed on and `before`, with the settings in use, count from 1 like all
    ranks; None: not handed on. `like` is the rank of the better passage that says nearly the same.
    """

    passage: Passage
    rank: int  # in the final order
    fused_rank: int
    place: int | None
    left_out: str  # "", beyond the NUMBER or below the MINIMUM
    like: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Explanation:
    search: Search
    candidates: list[Candidate]
    messages: tuple[ChatMessage, ...]
    in_use: Search | None = None  # the same question with the settings in use, where these differ

    @property
    def handed_on(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if candidate.place]

    @property
    def left_out(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if not candidate.place]

    @property
    def lost(self) -> list[Passage]:
        """What the settings in use hand on and these do not."""
        kept = {passage.chunk_id for passage in self.search.passages}
        before = self.in_use.passages if self.in_use else []
        return [passage for passage in before if passage.chunk_id not in kept]

    @property
    def prompt_tokens(self) -> int:
        return sum(message.tokens for message in self.messages)

    @property
    def is_reranked(self) -> bool:
        return any(one.passage.rerank_score is not None for one in self.candidates)

    @property
    def times(self) -> list[tuple[str, float]]:
        """Milliseconds of the parts that took any."""
        labels = {
            "embedding": _("embedding"),
            "database": _("database"),
            "reranking": _("reranking"),
            "duplicates": _("duplicates"),
        }
        return [(labels.get(part, part), ms) for part, ms in self.search.ms.items() if ms >= 0.1]

    @property
    def total_ms(self) -> float:
        return round(sum(self.search.ms.values()), 2)


def explain(
    scope: SearchScope,
    query: str,
    parameters: Parameters,
    *,
    chatbot: Chatbot,
    in_use: Parameters | None = None,
) -> Explanation:
    """Search as the chatbot would; the search is logged, one with the settings `in_use` beside it,
    where these differ, is not. Raises ProviderError as `retrieve` does."""
    found = retrieve(scope, query, replace(parameters, whole=True), origin=SearchLog.Origin.BENCH)
    before = None
    if in_use and (effective(in_use) != effective(parameters)):
        before = retrieve(scope, query, replace(in_use, whole=True))
    return Explanation(found, candidates_of(found, before), _messages(found, chatbot), before)


def effective(parameters: Parameters) -> Parameters:
    """What the search would go by: the reranker by its name, the weight only where it counts."""
    model = parameters.rerank_model or registry.wanted_reranker()
    meaning = parameters.weight_of_meaning
    return replace(parameters, rerank_model="" if model == OFF else model, meaning=meaning)


def candidates_of(found: Search, before: Search | None) -> list[Candidate]:
    """In the final order, those below the minimum last."""
    fused = {passage.chunk_id: rank for rank, passage in enumerate(found.fused, start=1)}
    ranks = {passage.chunk_id: rank for rank, passage in enumerate(found.ordered, start=1)}
    earlier = _places(before) if before else {}
    below = [passage for passage in found.fused if passage.chunk_id not in ranks]
    handed_on = len(found.passages)
    return [
        Candidate(
            passage,
            rank,
            fused[passage.chunk_id],
            place=rank if rank <= handed_on else None,
            left_out="" if rank <= handed_on else NUMBER if rank <= len(ranks) else MINIMUM,
            like=ranks.get(passage.like) if passage.like else None,
            before=earlier.get(passage.chunk_id),
        )
        for rank, passage in enumerate([*found.ordered, *below], start=1)
    ]


def _places(found: Search) -> dict[UUID, int]:
    return {passage.chunk_id: place for place, passage in enumerate(found.passages, start=1)}


def _messages(found: Search, chatbot: Chatbot) -> tuple[ChatMessage, ...]:
    """What the chatbot's model would be sent, were this the first question of a conversation."""
    return prompts.build_request(
        system_prompt=chatbot.system_prompt,
        refusal_text=chatbot.refusal_text,
        history=(),
        question=found.query,
        query=found.query,
        passages=found.passages,
        temperature=chatbot.temperature,
        max_tokens=chatbot.max_tokens,
        strict=chatbot.strict,
    ).messages
