"""Passages are edited and switched off: search and answers follow at once, nobody else can."""

import threading

import pytest
from django.db import connection

from accounts.audit import AuditLog
from accounts.tenancy import scope, system
from billing.models import UsageRecord
from documents import editing, queue
from documents.editing import EditRefused
from documents.models import Document, DocumentChunk, EmbeddingGeneration
from documents.queue import NotNow
from documents.retrieval import SearchScope, search
from documents.work import lease
from providers import registry
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db


@pytest.fixture
def chunk(owner, make_document) -> DocumentChunk:
    return only_chunk(make_document(owner, "The sky is blue."))


def only_chunk(document: Document) -> DocumentChunk:
    with scope(document.owner_id):
        return DocumentChunk.objects.select_related("document").get(document=document)


def found(owner, query: str, mode: str = "text") -> list[str]:
    passages = search(SearchScope(owner.pk), query, mode=mode)
    return [passage.content for passage in passages]


def switch(owner, chunk, *, on: bool) -> int:
    with scope(owner):
        return editing.switch(owner, [chunk], on=on)


def test_search_finds_the_new_words_at_once_and_the_old_ones_no_more(chunk, owner):
    editing.edit(owner, chunk.pk, "  The sea is grey.\r\nAlways. ")
    edited = only_chunk(chunk.document)
    assert (edited.content, edited.original) == ("The sea is grey.\nAlways.", "The sky is blue.")
    assert (edited.start_char, edited.end_char) == (chunk.start_char, chunk.end_char)
    assert found(owner, "grey sea") == [edited.content]
    assert found(owner, "blue sky") == []
    [passage] = search(SearchScope(owner.pk), "grey sea", mode="vector")
    assert passage.similarity > 0.5
    assert passage.original == "The sky is blue."
    assert edited.passage_hash != chunk.passage_hash


def test_its_own_words_again_are_the_original_restored(chunk, owner):
    editing.edit(owner, chunk.pk, "The sea is grey.")
    editing.edit(owner, chunk.pk, "The sky is blue.")
    restored = only_chunk(chunk.document)
    assert (restored.content, restored.original, restored.edited_at) == (chunk.content, "", None)
    assert (restored.token_count, restored.passage_hash) == (chunk.token_count, chunk.passage_hash)
    assert found(owner, "blue sky") == ["The sky is blue."]


def test_an_edit_is_counted_used_and_noted(chunk, owner):
    after = editing.edit(owner, chunk.pk, "The sea is grey and wide.")
    with scope(owner):
        document = Document.objects.get()
        usage = UsageRecord.objects.order_by("-created_at").first()
        noted = AuditLog.objects.get(action="chunk.update")
    assert document.token_count == after.token_count
    assert document.tokens_used == chunk.document.tokens_used + after.token_count
    assert (usage.request_type, usage.tokens_input) == ("embedding", after.token_count)
    assert noted.resource_id == chunk.pk
    assert noted.metadata == {
        "document": str(document.pk), "change": "edited", "passages": [0],
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["text", "vector", "hybrid"])
def test_what_is_switched_off_is_found_by_nothing_until_it_is_on_again(chunk, owner, mode):
    assert switch(owner, chunk, on=False) == 1
    assert found(owner, "blue sky", mode) == []
    assert switch(owner, chunk, on=True) == 1
    assert found(owner, "blue sky", mode) == ["The sky is blue."]
    assert switch(owner, chunk, on=True) == 0


@pytest.mark.parametrize(
    ("content", "reason"), [(" \n", "cannot be empty"), ("word " * 600, "512")]
)
def test_what_the_model_could_not_read_is_refused(chunk, owner, content, reason):
    with pytest.raises(EditRefused, match=reason):
        editing.edit(owner, chunk.pk, content)
    assert only_chunk(chunk.document).content == "The sky is blue."


def test_nothing_changes_while_the_document_is_processed(chunk, owner):
    with scope(owner):
        queue.reprocess(chunk.document, actor=owner)
    with pytest.raises(NotNow, match="being processed"):
        editing.edit(owner, chunk.pk, "The sea is grey.")
    with pytest.raises(NotNow, match="being processed"):
        switch(owner, chunk, on=False)
    unchanged = only_chunk(chunk.document)
    assert (unchanged.content, unchanged.enabled) == ("The sky is blue.", True)


def test_a_provider_that_fails_changes_nothing(chunk, owner):
    registry.embedder().failures.append(ProviderError("Key refused.", code="key", permanent=True))
    with pytest.raises(ProviderError):
        editing.edit(owner, chunk.pk, "The sea is grey.")
    assert only_chunk(chunk.document).content == "The sky is blue."


@pytest.mark.django_db(transaction=True)  # what happens meanwhile happens elsewhere
def test_an_edit_of_a_passage_that_is_gone_meanwhile_is_refused(chunk, owner):
    def read_again() -> None:
        with scope(owner):
            queue.reprocess(chunk.document, actor=owner)
        ingesting.ingest(chunk.document_id, owner.pk)
        connection.close()

    class Slow(type(registry.embedder())):
        def embed_passages(self, texts):
            meanwhile = threading.Thread(target=read_again)
            meanwhile.start()
            meanwhile.join()
            return super().embed_passages(texts)

    registry._instances["embedding", "fake", None] = Slow()
    with pytest.raises(NotNow, match="changed meanwhile"):
        editing.edit(owner, chunk.pk, "The sea is grey.")
    assert only_chunk(chunk.document).content == "The sky is blue."


def test_a_coming_generation_forgets_the_old_words(chunk, owner):
    with system():
        future = EmbeddingGeneration.objects.create(model="next", dimension=768, state="future")
    copies = {"pk": None, "generation": future}

    def copy() -> None:
        with scope(owner):
            row = DocumentChunk.objects.present().get()
            for name, value in copies.items():
                setattr(row, name, value)
            row._state.adding = True
            row.save()

    for change in (
        lambda: editing.edit(owner, chunk.pk, "The sea is grey."),
        lambda: switch(owner, chunk, on=False),
    ):
        copy()
        change()
        with scope(owner):
            assert not DocumentChunk.objects.filter(generation=future).exists()


def test_an_outsider_changes_nothing(chunk, outsider):
    with pytest.raises(DocumentChunk.DoesNotExist):
        editing.edit(outsider, chunk.pk, "Taken.")
    switch(outsider, chunk, on=False)
    unchanged = only_chunk(chunk.document)
    assert (unchanged.content, unchanged.enabled) == ("The sky is blue.", True)


def test_a_failed_attempt_leaves_the_earlier_text_found_and_editable(chunk, owner):
    with scope(owner):
        queue.reprocess(chunk.document, actor=owner)
    held = lease.claim(chunk.document_id, owner.pk)
    held.fail("damaged", "The file is damaged.", permanent=True)
    assert found(owner, "blue sky") == ["The sky is blue."]
    editing.edit(owner, chunk.pk, "The sea is grey.")
    assert found(owner, "grey sea") == ["The sea is grey."]
