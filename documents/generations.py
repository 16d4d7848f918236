"""Which vectors are compared: those of the present generation, all made by one model.

The generation in use says which model reads and searches. The setting names the one that is
wanted: it is in use from the first passage on, later only by `documents.reembedding`.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from accounts import rows
from accounts.tenancy import system
from documents.models import DIMENSION, DocumentChunk, EmbeddingGeneration
from providers import registry
from providers.errors import ProviderError

FUTURE = EmbeddingGeneration.State.FUTURE
PRESENT = EmbeddingGeneration.State.PRESENT
# Who changes generations is alone; who writes passages shares, until the commit. An advisory lock
# is fair, so a switch is not kept waiting by uploads; the trigger of migration 0004 takes it too.
KEY = "hashtextextended('documents.generations', 9)"
IN_USE = (
    f"SELECT {rows.columns(EmbeddingGeneration, 'g')}"  # noqa: S608 – names
    " FROM documents_embeddinggeneration g WHERE state = %s"
)


class Replaced(Exception):
    """The generation is no longer what it was when the work began: embed again for the new one."""


def present() -> EmbeddingGeneration:
    """The generation in use. While there is no passage at all, one of the wanted model.

    Take it once for a search, or before embedding: vectors of it are compared with no others.
    """
    row = rows.first(IN_USE, [PRESENT])
    found = rows.loaded(EmbeddingGeneration, row) if row else None
    if found and (found.model == registry.wanted_embedder() or _is_settled()):
        return found
    return _begin()


def hold(generation: EmbeddingGeneration) -> None:
    """It stays what it is until this transaction commits. Raises Replaced when it is not.

    Call before any row is locked, or a switch and this transaction may wait for each other.
    """
    _lock("pg_advisory_xact_lock_shared")
    same = EmbeddingGeneration.objects.filter(pk=generation.pk, state=generation.state)
    if not same.exists():
        raise Replaced


def lock() -> None:
    """Nobody writes passages and nobody else changes generations until this transaction ends."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({KEY})")


def _is_settled() -> bool:
    """Whether a change of model is a change: something is there, or being made."""
    with system():
        is_coming = EmbeddingGeneration.objects.filter(state=FUTURE).exists()
        return is_coming or DocumentChunk.objects.order_by().exists()


def _begin() -> EmbeddingGeneration:
    with system(), transaction.atomic():
        lock()
        in_use = EmbeddingGeneration.objects.filter(state=PRESENT)
        found = in_use.first()
        if found and (found.model == registry.wanted_embedder() or _is_settled()):
            return found
        in_use.delete()
        return EmbeddingGeneration.objects.create(
            model=registry.wanted_embedder(),
            dimension=dimension_of(registry.wanted_embedder()),
            state=PRESENT,
            present_from=timezone.now(),
        )


def dimension_of(model: str) -> int:
    """As far as it is known before the model has answered."""
    try:
        return registry.embedder(name=model).dimension
    except ProviderError:
        return DIMENSION
