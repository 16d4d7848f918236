"""One set, cut in one way: chunked, embedded, stored for an owner of its own, and asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from uuid import UUID, uuid4

from accounts.embedding import embedder_of
from accounts.models import User
from accounts.tenancy import scope
from benchmarks import scores
from benchmarks.judged import Gold, Judged, Question
from documents import generations
from documents.chunking.contexts import under
from documents.chunking.splitting import SIZES, Piece, Sizes, split
from documents.extraction import Extracted
from documents.models import Document, DocumentChunk
from documents.neighbours import around
from documents.retrieval import Passage, SearchScope, padded, search
from language.terms import index_terms
from language.tokens import estimate_tokens
from providers.base import Embedder

MODES = ("text", "vector", "hybrid")
TOP = 20
FIRST = 5
BUDGET = 1_500  # tokens of passages handed to the model, whatever their size


@dataclass(frozen=True)
class Way:
    """How to cut, and what to embed above a chunk: the headings, with the title, or nothing."""

    name: str
    sizes: Sizes = SIZES
    context: str = "headings"
    estimated: bool = False


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


def store(judged: Judged, way: Way) -> Stored:
    owner = User.objects.create_user(f"{uuid4()}@example.com")
    stored = Stored(owner.pk, judged)
    generation = generations.present()
    with embedder_of(owner.pk, generation.model) as embedder, scope(owner):
        for name, extracted in judged.documents.items():
            document = _document(owner, name)
            pieces = cut(extracted, way, embedder)
            texts = [extracted.text[piece.start : piece.end] for piece in pieces]
            passages = [under(p.context, text) for p, text in zip(pieces, texts, strict=True)]
            vectors = embedder.embed_passages(passages)
            chunks = [
                DocumentChunk(
                    document=document,
                    owner=owner,
                    generation=generation,
                    chunk_index=index,
                    content=text,
                    search_text=" ".join(index_terms(passage)),
                    token_count=piece.token_count,
                    start_char=piece.start,
                    end_char=piece.end,
                    section=piece.section,
                    embedding=padded(vector),
                    embedding_model=generation.model,
                )
                for index, (piece, text, passage, vector) in enumerate(
                    zip(pieces, texts, passages, vectors, strict=True)
                )
            ]
            DocumentChunk.objects.bulk_create(chunks, batch_size=500)
            stored.tokens |= {chunk.pk: chunk.token_count for chunk in chunks}
    if judged.has_paragraphs:
        stored.spans = _spans(judged)
    return stored


def cut(extracted: Extracted, way: Way, embedder: Embedder) -> list[Piece]:
    title = extracted.title if way.context == "title" else ""
    counter = Estimate() if way.estimated else embedder
    pieces = split(extracted, counter, title, way.sizes)
    return [replace(p, context="") for p in pieces] if way.context == "nothing" else pieces


def ask(judged: Judged, stored: Stored) -> dict[str, float]:
    """Column → mean over the questions."""
    columns: dict[str, list[float]] = {}
    for question in judged.questions:
        for mode in MODES:
            where = SearchScope(stored.owner)
            found = search(where, question.text, top_k=TOP, mode=mode)
            for column, value in _scored(question, found, mode, stored).items():
                columns.setdefault(column, []).append(value)
    return {column: fmean(values) for column, values in columns.items()}


def _scored(
    question: Question, found: list[Passage], mode: str, stored: Stored
) -> dict[str, float]:
    if not question.gold:
        held = any(question.answers[0] in passage.content for passage in found[:FIRST])
        return {f"{mode}: found": held}
    ranking = scores.ranked(found, question, stored.spans)
    columns = {f"{mode}: nDCG": scores.ndcg(ranking, question)}
    if mode == "hybrid":
        columns["recall"] = scores.recall(ranking, question)
        if question.answers:
            columns |= _answered(question, found, stored)
    return columns


def _answered(question: Question, found: list[Passage], stored: Stored) -> dict[str, float]:
    """Whether the passages that fit hold the answer; then the first five, as they are and with
    the neighbours of those that are thin."""
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
    return Document.objects.create(
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
