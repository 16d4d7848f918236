"""Changing passages: their words, or whether search finds them.

What is written in a passage's place is embedded outside any transaction, so `edit` opens its own
scopes. It is stored only if the passage is still the one that was read before.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.connections import give_back
from accounts.embedding import embedder_of, own_accounts
from accounts.models import User
from accounts.tenancy import scope
from billing.limits import check_tokens
from billing.models import RequestType
from billing.usage import record_usage
from documents import generations, passages, vectors
from documents.models import Document, DocumentChunk, EmbeddingGeneration
from documents.queue import NotNow
from providers.base import Usage

CHANGED = gettext_lazy("This passage was changed meanwhile. Look at it again, then decide.")
MAX_CHARACTERS = 10_000  # of any script; the embedder's tokens are the limit that is met first
REWRITTEN = [
    *("content", "original", "edited_at", "token_count", "lexical", "passage_hash"),
    *("embedding", "embedding_model"),
]


@dataclass
class EditRefused(Exception):
    """Nothing was changed; the text says why."""

    message: str

    def __str__(self) -> str:
        return self.message


def edit(user: User, pk: UUID, content: str) -> DocumentChunk:
    """Put other words in a passage's place; its own again are the original restored.

    Call it outside any transaction. Raises EditRefused, NotNow, QuotaExceeded, ProviderError, and
    DoesNotExist when there is no such passage of the person's.
    """
    with scope(user):
        before = found(user, pk)
        owner = before.document.owner  # whose models read it, at whose cost
        check_tokens(owner)
    after = _reworded(before, _cleaned(content))
    if after.content == before.content:
        return before
    _check_length(owner, after)
    passages.index(after)
    give_back()
    embedded = vectors.fill(owner.pk, [after], before.generation).total()
    with scope(user):  # whatever becomes of the change, the model has read it
        _note_usage(owner, after, embedded)
    with scope(user):
        document = _held(before)
        after.save(update_fields=REWRITTEN)
        document.token_count += after.token_count - before.token_count
        document.tokens_used += embedded
        document.save(update_fields=["token_count", "tokens_used", "updated_at"])
        _note(user, [after], "edited" if after.edited_at else "restored")
    return after


def switch(user: User, chunks: Iterable[DocumentChunk], *, on: bool) -> int:
    """Let search find these passages, or not; returns how many have changed. In a scope."""
    _hold(generations.present())
    changed = [chunk for chunk in chunks if chunk.enabled != on]
    ids = sorted({chunk.document_id for chunk in changed})
    rows = Document.objects.editable_by(user).filter(pk__in=ids).order_by("pk")
    held = {document.pk: document for document in rows.select_for_update(of=["self"])}
    for document in held.values():
        _check_free(document)
    changed = [chunk for chunk in changed if chunk.document_id in held]
    DocumentChunk.objects.filter(pk__in=[chunk.pk for chunk in changed]).update(enabled=on)
    for chunk in changed:
        chunk.enabled = on
    _note(user, changed, "switched on" if on else "switched off")
    return len(changed)


def found(user: User, pk: UUID) -> DocumentChunk:
    """A passage that may be changed now. In a scope."""
    rows = DocumentChunk.objects.editable_by(user).present().light()
    chunk = rows.select_related("document__owner", "generation").get(pk=pk)
    _check_free(chunk.document)
    return chunk


def _check_free(document: Document) -> None:
    if not document.is_finished:
        text = _("The document is being processed. Change its passages once that is over.")
        raise NotNow(text)


def _cleaned(content: str) -> str:
    """As browsers send it, lines end in two characters."""
    cleaned = content.replace("\r\n", "\n").strip()
    if not cleaned:
        raise EditRefused(_("A passage cannot be empty. Switch it off instead."))
    return cleaned


def _reworded(before: DocumentChunk, content: str) -> DocumentChunk:
    after = copy(before)
    is_original = content == before.words.strip()
    after.content = before.words if is_original else content
    after.original = "" if is_original else before.words
    after.edited_at = None if is_original else timezone.now()
    return after


def _check_length(user: User, chunk: DocumentChunk) -> None:
    with embedder_of(user.pk, chunk.generation.model) as embedder:
        chunk.token_count, whole = embedder.count_tokens([chunk.content, passages.text_of(chunk)])
        if whole > embedder.max_tokens:
            text = _(
                "With its headings this is %(tokens)s tokens long, and the embedding model reads "
                "%(most)s. Shorten it."
            )
            raise EditRefused(text % {"tokens": whole, "most": embedder.max_tokens})


def _hold(generation: EmbeddingGeneration) -> None:
    try:
        generations.hold(generation)
    except generations.Replaced as error:
        raise NotNow(CHANGED) from error


def _held(before: DocumentChunk) -> Document:
    """The document, locked, if the passage is still what it was when its change was begun."""
    _hold(before.generation)
    document = Document.objects.select_for_update().filter(pk=before.document_id).first()
    same = DocumentChunk.objects.present().filter(pk=before.pk, content=before.content)
    if document is None or not same.exists():
        raise NotNow(CHANGED)
    _check_free(document)
    return document


def _note(user: User, chunks: list[DocumentChunk], change: str) -> None:
    for document_id in {chunk.document_id for chunk in chunks}:
        of_it = [chunk for chunk in chunks if chunk.document_id == document_id]
        numbers = [chunk.chunk_index for chunk in of_it]
        resource = chunks[0] if len(chunks) == 1 else Document(pk=document_id)
        audit.record(
            "chunk.update",
            actor=user,
            owner_id=of_it[0].owner_id,
            resource=resource,
            metadata={"document": str(document_id), "change": change, "passages": numbers},
        )


def _note_usage(user: User, chunk: DocumentChunk, tokens: int) -> None:
    if tokens:
        record_usage(
            user.pk,
            RequestType.EMBEDDING,
            chunk.embedding_model,
            Usage(tokens, 0, exact=False),
            own_key=bool(own_accounts(user.pk, chunk.embedding_model)),
        )
