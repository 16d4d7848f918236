"""Which vectors are compared: those of the present generation, all made by one model."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.tenancy import system
from documents.models import DIMENSION, EmbeddingGeneration
from providers import registry

PRESENT = EmbeddingGeneration.State.PRESENT


def present() -> EmbeddingGeneration:
    """The generation in use; the first one is of the installation's model."""
    found = EmbeddingGeneration.objects.filter(state=PRESENT).first()
    return found or _first()


def _first() -> EmbeddingGeneration:
    with system(), transaction.atomic():
        EmbeddingGeneration.objects.bulk_create(
            [
                EmbeddingGeneration(
                    model=registry.embedder().model,
                    dimension=DIMENSION,
                    state=PRESENT,
                    present_from=timezone.now(),
                )
            ],
            ignore_conflicts=True,
        )
        return EmbeddingGeneration.objects.get(state=PRESENT)
