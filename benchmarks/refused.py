"""Questions asked of libraries as a chatbot asks them, and what the offline answerer makes of what
comes back: with the embedder, and by words alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.embedding import embedder_of
from benchmarks.articles import Asked
from benchmarks.halves import ACROSS, Library
from benchmarks.searching import IN_USE, store
from benchmarks.weighing import weights_from
from documents import generations
from documents.retrieval import SearchScope, search
from providers.base import ChatRequest, Embedder, Passage
from providers.local.extractive import Considered, ExtractiveChatModel
from providers.local.ranking import Candidate
from providers.local.refusal import Weights, verdict

TOP = 8  # as a chatbot has it unless told otherwise


@dataclass(frozen=True)
class Outcome:
    """What came of one way to answer; `considered` is empty where nothing was to weigh."""

    considered: Considered | None
    quotes: tuple[Candidate, ...]

    @classmethod
    def of(cls, model: ExtractiveChatModel, request: ChatRequest) -> Outcome:
        considered = model.considered(request)
        return cls(considered, tuple(considered.best()) if considered else ())

    def is_answered(self, weights: Weights) -> bool:
        considered = self.considered
        return considered is not None and verdict(considered.evidence, weights).is_answerable

    def holds(self, answers: tuple[str, ...]) -> bool:
        return any(answer in quote.text for quote in self.quotes for answer in answers)


@dataclass(frozen=True)
class Tried:
    half: str
    library: str
    asked: Asked
    full: Outcome
    by_words: Outcome


class Asker:
    def __init__(self) -> None:
        self._models: list[ExtractiveChatModel] = []
        self._owners: dict[int, tuple[UUID, Library]] = {}  # the library, so that ids stay its own

    def ask(self, library: Library) -> list[Tried]:
        owner = self._stored(library)
        with embedder_of(owner, generations.present().model) as embedder:
            return [self._tried(library, owner, asked, embedder) for asked in library.asked]

    def _stored(self, library: Library) -> UUID:
        key = id(library.judged)
        if key not in self._owners:
            self._owners[key] = store(library.judged, IN_USE).owner, library
        return self._owners[key][0]

    def _tried(self, library: Library, owner: UUID, asked: Asked, embedder: Embedder) -> Tried:
        found = search(SearchScope(owner), asked.text, top_k=TOP)
        passages = tuple(
            Passage(number, one.content, "text.txt", None) for number, one in enumerate(found, 1)
        )
        request = ChatRequest((), passages, asked.text, "", 0, 100)
        by_words = Outcome.of(ExtractiveChatModel(), request)
        full = Outcome.of(self._model(embedder), request)
        return Tried(library.half, library.name, asked, full, by_words)

    def _model(self, embedder: Embedder) -> ExtractiveChatModel:
        """One for all, as in a process, so that its ordinary texts are embedded once."""
        if not self._models:
            self._models.append(ExtractiveChatModel(embedder))
        return self._models[0]


def calibrated(tried: Sequence[Tried]) -> dict[str, dict[str, float]]:
    """Weights from the questions that are answered somewhere in the library, or surely not."""
    judged = []
    for one in tried:
        outcomes = [one.full] if ACROSS in one.library else [one.full, one.by_words]
        for outcome in outcomes if one.asked.kind != "impossible" else []:
            if outcome.considered:
                judged.append((outcome.considered.evidence, one.asked.is_answerable))
    return weights_from(judged)
