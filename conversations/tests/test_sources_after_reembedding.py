"""A citation opens at its passage, whatever has become of the passage's row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.tenancy import scope, system
from conversations.sources import sources_of
from documents.models import DocumentChunk, EmbeddingGeneration
from documents.reembedding import change, work

pytestmark = pytest.mark.django_db
TEXT = "# Colours\n\nThe sky is blue. Grass is green.\n"


def test_a_citation_outlives_the_change_of_the_model(owner, make_document):
    document = make_document(owner, TEXT, "colours.md")
    with scope(owner):
        old = DocumentChunk.objects.get()
        start = TEXT.index("Grass")
        citation = {
            "number": 1,
            "document_id": str(document.pk),
            "document_name": document.name,
            "chunk_id": str(old.pk),
            "page": None,
            "quote": "Grass is green.",
            "start_char": start,
            "end_char": start + len("Grass is green."),
        }
        [before] = sources_of(owner, [citation], 1)
    change.start("fake/96")
    work.work()
    with system():
        EmbeddingGeneration.objects.update(past_from=timezone.now() - dt.timedelta(minutes=5))
    work.work()
    with scope(owner):
        assert not DocumentChunk.objects.filter(pk=old.pk).exists()
        [after] = sources_of(owner, [citation], 1)
    assert after == before
    assert (after.section, after.has_changed) == ("Colours", False)
    assert after.before.endswith("The sky is blue. ")
