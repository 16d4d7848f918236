"""One set, cut in one way: ingested for an owner of its own as a worker would, and asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from statistics import fmean
from uuid import UUID, uuid4

from accounts.embedding import embedder_of
from accounts.models import User
from accounts.tenancy import scope
from benchmarks import scores
from benchmarks.judged import Gold, Judged, Question
from documents import generations, passages, statistics, vectors
from documents.chunking.splitting import SIZES, Piece, Sizes, split
from documents.extraction import Extracted
from documents.inserting import insert
from documents.models import Document, DocumentChunk
from documents.neighbours import around
from documents.retrieval import Parameters, Passage, SearchScope, retrieve
from language.tokens import estimate_tokens
from providers.base import Embedder

TOP = 20
FIRST = 5
BUDGET = 1_500  # tokens of passages handed to the model, whatever their size
RANK_CONSTANT = 60  # of reciprocal rank fusion, the baseline


@dataclass(frozen=True)
class Way:
    """How to cut, and what to embed above a chunk: the headings, with the title, or nothing."""

    name: str
    sizes: Sizes = SIZES
    context: str = "headings"
    estimated: bool = False


IN_USE = Way("300, title", context="title")


class Estimate:
    max_tokens = 512

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimate_tokens(text) for text in texts]


@dataclass
class Stored:
    """What a set became."""

    owner: UUID
    judged: Judged
    tokens: dict[UUID, int] = field(default_factory=dict)
    spans: dict[Gold, tuple[int, int]] = field(default_factory=dict)

    @property
    def tokens_a_chunk(self) -> float:
        return fmean(self.tokens.values())


@dataclass(frozen=True)
class Place:
    """Of a document, as the lease on it tells."""

    document_id: UUID
    owner_id: UUID


def store(judged: Judged, way: Way = IN_USE) -> Stored:
    owner = User.objects.create_user(f"{uuid4()}@example.com")
    stored = Stored(owner.pk, judged)
    generation = generations.present()
    documents = [_document(owner, name) for name in judged.documents]
    with embedder_of(owner.pk, generation.model) as embedder:
        chunks = [
            chunk
            for document, extracted in zip(documents, judged.documents.values(), strict=True)
            for chunk in _chunks(document, extracted, cut(extracted, way, embedder))
        ]
    vectors.fill(owner.pk, chunks, generation)
    with scope(owner):
        Document.objects.bulk_create(documents, batch_size=500)
        insert(chunks)
    statistics.refresh(owner.pk)
    stored.tokens |= {chunk.pk: chunk.token_count for chunk in chunks}
    if judged.has_paragraphs:
        stored.spans = _spans(judged)
    return stored


def _chunks(document: Document, extracted: Extracted, pieces: list[Piece]) -> list[DocumentChunk]:
    place = Place(document.pk, document.owner_id)
    found = passages.passages_of(place, extracted, pieces)  # type: ignore[arg-type]
    for chunk in found:
        passages.index(chunk)
    return found


def cut(extracted: Extracted, way: Way, embedder: Embedder) -> list[Piece]:
    title = extracted.title if way.context == "title" else ""
    counter = Estimate() if way.estimated else embedder
    pieces = split(extracted, counter, title, way.sizes)
    return [replace(p, context="") for p in pieces] if way.context == "nothing" else pieces


def ask(judged: Judged, stored: Stored) -> dict[str, list[float]]:
    """Column → one figure a question, in their order."""
    columns: dict[str, list[float]] = {}
    for question in judged.questions:
        for column, value in _answers(question, stored).items():
            columns.setdefault(column, []).append(value)
    return columns


def _answers(question: Question, stored: Stored) -> dict[str, float]:
    """One search tells what each leg found, in its order, and what became of it."""
    search = retrieve(SearchScope(stored.owner), question.text, Parameters(top_k=TOP, whole=True))
    found = {
        "text": _leg(search.fused, "matching_rank"),
        "vector": _leg(search.fused, "near_rank"),
        "RRF": by_ranks(search.fused),
        "hybrid": search.passages,
    }
    columns = {}
    for name, ranked in found.items():
        columns |= _scored(question, ranked[:TOP], name, stored)
    if question.answers and question.gold:
        columns |= _answered(question, search.passages, stored)
    return columns


def _leg(candidates: list[Passage], rank: str) -> list[Passage]:
    return sorted((p for p in candidates if getattr(p, rank)), key=attrgetter(rank))


def by_ranks(candidates: list[Passage]) -> list[Passage]:
    """Reciprocal rank fusion of the same candidates (Cormack et al. 2009)."""

    def gained(passage: Passage) -> float:
        ranks = filter(None, (passage.near_rank, passage.matching_rank))
        return sum(1 / (RANK_CONSTANT + rank) for rank in ranks)

    return sorted(candidates, key=gained, reverse=True)


def _scored(
    question: Question, found: list[Passage], name: str, stored: Stored
) -> dict[str, float]:
    if not question.gold:
        held = any(question.answers[0] in passage.content for passage in found[:FIRST])
        return {f"{name}: found": held}
    ranking = scores.ranked(found, question, stored.spans)
    return {
        f"{name}: nDCG": scores.ndcg(ranking, question),
        f"{name}: recall": scores.recall(ranking, question),
    }


def _answered(question: Question, found: list[Passage], stored: Stored) -> dict[str, float]:
    """Whether the passages that fit hold the answer; then the first five, as they are and with
    the neighbours of those that are thin."""
    if not stored.spans:
        return {}
    fitting, room = [], BUDGET
    for passage in found:
        room -= stored.tokens[passage.chunk_id]
        if room >= 0:
            fitting.append(passage)
    first = found[:FIRST]
    with scope(stored.owner):
        widened = [_widened(passage, stored) for passage in first]
    shown = {"answered": fitting, "by five": first, "and neighbours": widened}
    return {
        column: scores.is_answered(passages, question, stored.spans)
        for column, passages in shown.items()
    }


def _widened(passage: Passage, stored: Stored) -> Passage:
    if stored.tokens[passage.chunk_id] >= SIZES.thin:
        return passage
    chunk = DocumentChunk.objects.get(pk=passage.chunk_id)
    near = [found for found in around(chunk) if found.section == chunk.section]
    text = stored.judged.documents[passage.document_name].text
    start, end = near[0].start_char, near[-1].end_char
    return replace(passage, content=text[start:end], start_char=start, end_char=end)


def _document(owner: User, name: str) -> Document:
    return Document(
        owner=owner,
        name=name,
        file=f"none/{uuid4()}",
        file_size=1,
        content_hash=uuid4().hex,
        status=Document.Status.READY,
    )


def _spans(judged: Judged) -> dict[Gold, tuple[int, int]]:
    spans = {}
    for question in judged.questions:
        for gold in question.gold:
            start = judged.documents[gold.document].text.index(gold.paragraph)
            spans[gold] = start, start + len(gold.paragraph)
    return spans
