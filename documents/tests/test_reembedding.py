"""Another embedding model without a gap: filled beside the one in use, switched once, dropped."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.audit import AuditLog
from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from billing.models import UsageRecord
from documents import generations, queue, uploads
from documents.models import Document, DocumentChunk, EmbeddingGeneration
from documents.reembedding import change, filling, lacking, work
from documents.retrieval import SearchScope, search
from providers import registry
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db
OTHER = "fake/96"
DOWN = ProviderError("No embedder today.", code="embedder_down", permanent=False)


def want(model: str = OTHER, **settings: str) -> None:
    registry.configure(
        registry.ProviderSettings(chat_model="fake", embedding_model=model, **settings)
    )


@pytest.fixture
def library(owner, outsider, make_document):
    texts = {
        "sky.txt": "The sky is blue today.",
        "code.txt": "The access code of KITE-0007 is amber-falcon.",
        "sea.txt": "The sea is green in winter.",
    }
    documents = {name: make_document(owner, text, name) for name, text in texts.items()}
    make_document(outsider, "The sky is violet.", "theirs.txt")
    return documents


def turns(count: int = 10) -> None:
    """As many as it takes, without waiting for pauses."""
    for _turn in range(count):
        work.work()
        with system():
            EmbeddingGeneration.objects.update(lease_until=None)


def models_of(user) -> list[tuple[str, int]]:
    """(model, passages) of each generation that has some."""
    with scope(user):
        rows = DocumentChunk.objects.order_by("generation_id").values_list(
            "generation__model", "document_id"
        )
        found: dict[str, int] = {}
        for model, _document in rows:
            found[model] = found.get(model, 0) + 1
    return list(found.items())


def found_by(user, query: str, mode: str = "vector") -> list[str]:
    return [passage.document_name for passage in search(SearchScope(user.pk), query, mode=mode)]


def after_the_grace() -> None:
    with system():
        past = EmbeddingGeneration.objects.filter(state="past")
        past.update(past_from=timezone.now() - dt.timedelta(minutes=3))
    turns(1)


def test_the_wanted_model_is_in_use_from_the_first_passage_on(owner, make_document):
    assert generations.present().model == "fake"
    want()
    assert generations.present().model == OTHER
    make_document(owner)
    want("fake")
    assert generations.present().model == OTHER
    with scope(owner):
        assert Document.objects.get().embedding_model == OTHER
    assert EmbeddingGeneration.objects.count() == 1


def test_another_setting_alone_changes_nothing_and_says_what_to_do(owner, library, make_document):
    want()
    make_document(owner, "Grass is green.", "grass.txt")
    assert models_of(owner) == [("fake", 4)]
    assert found_by(owner, "the sky is blue")[0] == "sky.txt"
    assert registry.embedder(name="fake").calls
    assert not registry.embedder(name=OTHER).calls
    standing = change.standing()
    assert (standing.differs, standing.present.model, standing.wanted) == (True, "fake", OTHER)
    assert "manage.py reembed" in standing.advice


def test_every_passage_is_made_again_then_switched_at_once(owner, outsider, library):
    want()
    future = change.start(actor=owner)
    assert (future.model, future.dimension, future.state) == (OTHER, 96, "future")
    assert not change.standing().differs
    before = {p.document_name: p.chunk_id for p in search(SearchScope(owner.pk), "the sky")}
    turns()
    assert generations.present() == future
    assert models_of(owner) == [("fake", 3), (OTHER, 3)]
    assert models_of(outsider) == [("fake", 1), (OTHER, 1)]
    assert found_by(owner, "the sky is blue")[0] == "sky.txt"
    after = {p.document_name: p.chunk_id for p in search(SearchScope(owner.pk), "the sky")}
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())
    with scope(owner):
        assert set(Document.objects.values_list("embedding_model", flat=True)) == {OTHER}
        actions = AuditLog.objects.for_user(owner).values_list("action", flat=True)
        assert "reembed.start" in actions
    future.refresh_from_db()
    assert (future.documents_done, future.documents_total) == (4, 4)


def test_the_rows_are_the_same_but_for_their_vectors(owner, library):
    with scope(owner):
        edited = DocumentChunk.objects.get(document=library["sky.txt"])
        edited.content, edited.original = "The sky is red.", edited.content
        edited.enabled, edited.edited_at = False, timezone.now()
        edited.metadata = {"context": "Sky"}
        edited.save()
        old = list(DocumentChunk.objects.order_by("document_id").values())
    want()
    change.start()
    turns()
    with scope(owner):
        new = list(DocumentChunk.objects.present().order_by("document_id").values())
    own = {"id", "generation_id", "embedding", "embedding_model", "created_at"}
    assert [{k: v for k, v in row.items() if k not in own} for row in new] == [
        {k: v for k, v in row.items() if k not in own} for row in old
    ]
    assert {row["embedding_model"] for row in new} == {OTHER}


def test_what_was_embedded_is_noted_as_used(owner, library):
    want()
    change.start()
    turns()
    with scope(owner):
        used = UsageRecord.objects.filter(model=OTHER, request_type="embedding")
        tokens = sum(DocumentChunk.objects.present().values_list("token_count", flat=True))
        assert sum(used.values_list("tokens_input", flat=True)) == tokens
        assert sum(Document.objects.values_list("tokens_used", flat=True)) == 2 * tokens


def test_old_passages_go_after_the_searches_that_read_them(owner, library):
    want()
    change.start()
    turns()
    with system():
        assert PendingTask.objects.filter(kind=change.KIND).exists()
    assert len(models_of(owner)) == 2
    after_the_grace()
    assert models_of(owner) == [(OTHER, 3)]
    past = EmbeddingGeneration.objects.get(state="past")
    assert (past.model, past.dropped_at is None) == ("fake", False)
    with system():
        assert not PendingTask.objects.filter(kind=change.KIND).exists()


def test_a_search_across_the_switch_sees_one_generation_whole(owner, library):
    """The switch happens while the query is embedded: the search goes on in what it began with."""
    want()
    change.start()
    turns_until_filled()
    asked = []

    class Switching(type(registry.embedder(name="fake"))):
        def _embed(self, texts, kind):
            if kind == "query":
                asked.append(change.switch(change.future()))
            return super()._embed(texts, kind)

    registry.embedder(name="fake").__class__ = Switching
    found = search(SearchScope(owner.pk), "the sky is blue", mode="hybrid", top_k=10)
    assert asked == [True]
    assert len(found) == 3
    assert found[0].document_name == "sky.txt"
    with scope(owner):
        rows = DocumentChunk.objects.filter(pk__in=[passage.chunk_id for passage in found])
        assert set(rows.values_list("generation__model", flat=True)) == {"fake"}
    assert generations.present().model == OTHER


def turns_until_filled() -> None:
    """Fill, but leave the switch to the test."""
    turn = work.Turn.claim(change.future())
    while found := turn._next():
        work.fill(found, turn.target, lambda: True)
    turn._release(work.NOW)


def test_a_document_that_comes_meanwhile_is_filled_too(owner, library, make_document):
    want()
    change.start()
    turns_until_filled()
    make_document(owner, "Grass is green.", "grass.txt")
    assert change.switch(change.future()) is False
    turns()
    assert models_of(owner) == [("fake", 4), (OTHER, 4)]
    assert found_by(owner, "grass is green")[0] == "grass.txt"


def test_a_passage_changed_meanwhile_is_made_again(owner, library):
    want()
    change.start()
    turns_until_filled()
    with scope(owner):
        chunk = DocumentChunk.objects.present().get(document=library["sky.txt"])
        chunk.content, chunk.enabled = "The sky is red tonight.", False
        chunk.save()
    assert change.switch(change.future()) is False
    turns()
    with scope(owner):
        new = DocumentChunk.objects.present().get(document=library["sky.txt"])
    assert (new.content, new.enabled, new.embedding_model) == (
        "The sky is red tonight.",
        False,
        OTHER,
    )


def test_a_passage_changed_while_it_was_embedded_is_not_written(owner, library):
    want()
    future = change.start()
    with system():
        found = lacking.first(future)

    class Editing(type(registry.embedder(name=OTHER))):
        def _embed(self, texts, kind):
            with scope(found.owner_id):
                DocumentChunk.objects.present().filter(document=found.document_id).update(
                    content="Changed."
                )
            return super()._embed(texts, kind)

    registry.embedder(name=OTHER).__class__ = Editing
    work.fill(found, future, lambda: True)
    with system():
        assert not DocumentChunk.objects.filter(generation=future).exists()
        assert lacking.first(future) == found


def test_deleted_meanwhile_is_gone_from_both(owner, library):
    want()
    change.start()
    turns_until_filled()
    with scope(owner):
        uploads.delete_document(library["sky.txt"], actor=owner)
    turns()
    assert models_of(owner) == [("fake", 2), (OTHER, 2)]


def test_cancelling_in_mid_fill_leaves_nothing_behind(owner, library):
    want()
    future = change.start()
    with system():
        found = lacking.first(future)
        next_one = lacking.first(future, found.document_id)
    work.fill(found, future, lambda: True)
    change.cancel(actor=owner)
    with pytest.raises(generations.Replaced):
        work.fill(next_one, future, lambda: True)
    turns(2)
    assert models_of(owner) == [("fake", 3)]
    assert [g.model for g in EmbeddingGeneration.objects.all()] == ["fake"]
    with system():
        assert not PendingTask.objects.filter(kind=change.KIND).exists()
    assert change.standing().differs
    with pytest.raises(change.CannotStart, match="No change"):
        change.cancel()


def test_only_one_change_at_a_time_and_none_to_what_is_there(owner, library):
    with pytest.raises(change.CannotStart, match="by fake already"):
        change.start()
    want()
    change.start()
    with pytest.raises(change.CannotStart, match="under way"):
        change.start("fake/48")
    assert EmbeddingGeneration.objects.count() == 2


def test_a_model_that_does_not_answer_is_not_begun_with(owner, library):
    with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
        change.start("openai/text-embedding-3-small")
    registry.embedder(name=OTHER).failures.append(
        ProviderError("Refused", code="x", permanent=True)
    )
    with pytest.raises(ProviderError, match="Refused"):
        change.start(OTHER)
    assert EmbeddingGeneration.objects.count() == 1


def test_the_same_model_may_be_made_anew(owner, library):
    """For a server that has changed behind its name."""
    future = change.start("fake")
    turns()
    assert generations.present() == future
    assert len(found_by(owner, "the sky")) == 3


def test_a_provider_that_fails_pauses_the_work_and_says_why(owner, library):
    want()
    change.start()
    registry.embedder(name=OTHER).failures.extend([DOWN] * 3)
    work.work()
    future = change.future()
    assert "No embedder today." in future.last_error
    assert future.lease_until > timezone.now() + dt.timedelta(seconds=3)
    work.work()  # not before its time
    assert future.documents_done == 0
    turns()
    assert generations.present() == future
    assert EmbeddingGeneration.objects.get(pk=future.pk).last_error == ""


def test_a_document_that_is_refused_keeps_no_other_from_being_filled(owner, outsider, library):
    want()
    change.start()

    class Refusing(type(registry.embedder(name=OTHER))):
        def _embed(self, texts, kind):
            if any("green" in text for text in texts):
                raise ProviderError("This text is refused.", code="refused", permanent=True)
            return super()._embed(texts, kind)

    registry.embedder(name=OTHER).__class__ = Refusing
    turns(8)
    assert generations.present().model == "fake"
    assert models_of(owner) == [("fake", 3), (OTHER, 2)]
    future = change.future()
    assert (future.documents_done, future.documents_total, future.progress) == (3, 4, 75)
    assert "This text is refused." in future.last_error
    assert str(library["sea.txt"].pk) in future.last_error


def test_uploads_go_first(owner, library):
    want()
    change.start()
    with scope(owner):
        Document.objects.filter(pk=library["sea.txt"].pk).update(status="pending")
    work.work()
    future = change.future()
    assert future.documents_done == 1  # a batch at a time while others wait
    assert future.lease_until > timezone.now()


def test_a_worker_that_died_is_replaced_when_its_lease_ends(owner, library):
    want()
    change.start()
    dead = work.Turn.claim(change.future())
    assert work.Turn.claim(change.future()) is None
    with system():
        EmbeddingGeneration.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    alive = work.Turn.claim(change.future())
    assert alive.token != dead.token
    with pytest.raises(generations.Replaced):
        dead._may_go_on()
    alive._release(work.NOW)
    turns()
    assert generations.present().model == OTHER


def test_what_an_earlier_setting_left_behind_is_read_by_the_present_model(owner, library):
    """Before there were generations, a change of the setting hid what the old model had read."""
    document = library["sky.txt"]
    with system():
        left = EmbeddingGeneration.objects.create(
            model="fake/48", dimension=48, state="past", present_from=timezone.now(),
            past_from=timezone.now() - dt.timedelta(days=1),
        )  # fmt: skip
        DocumentChunk.objects.filter(document=document).update(
            generation=left, embedding_model=left.model
        )
        change.owe(change.KIND, change.PLATFORM, change.PLATFORM)
    assert "sky.txt" not in found_by(owner, "the sky is blue", "hybrid")
    turns(3)
    assert found_by(owner, "the sky is blue")[0] == "sky.txt"
    assert models_of(owner) == [("fake", 3)]
    with system():
        assert not PendingTask.objects.filter(kind=change.KIND).exists()


def test_a_written_passage_of_a_replaced_generation_is_refused_by_the_database(owner, library):
    want()
    change.start()
    turns()
    with scope(owner):
        old = DocumentChunk.objects.filter(generation__state="past")
        with pytest.raises(OperationalError, match="was replaced meanwhile"), atomic():
            old.update(content="Too late.")


def test_where_ones_own_key_fails_the_platforms_steps_in(owner, library, monkeypatch):
    """One refused key must not hold up everybody's change."""
    want()
    change.start()
    monkeypatch.setattr(filling, "own_accounts", lambda *_: {"fake": "an account"})
    refused = ProviderError("Your key is refused.", code="key_refused", permanent=True)
    registry.embedder(name=OTHER).failures.append(refused)
    turns(3)
    assert models_of(owner) == [("fake", 3), (OTHER, 3)]
    assert generations.present().model == OTHER
    with scope(owner):
        used = UsageRecord.objects.filter(model=OTHER).order_by("created_at")
        assert ["own_key" in record.price for record in used] == [False, True, True]


@pytest.mark.django_db(transaction=True)
def test_a_document_being_read_when_the_models_are_switched_is_embedded_again(owner, library):
    """Its passages were made by the old model; they are not written into the new generation."""
    want()
    change.start()
    turns_until_filled()

    class Switching(type(registry.embedder(name="fake"))):
        def _embed(self, texts, kind):
            if coming := change.future():
                assert change.switch(coming)
            return super()._embed(texts, kind)

    registry.embedder(name="fake").__class__ = Switching
    with scope(owner):
        file = ContentFile(b"Grass is green in spring.", "grass.txt")
        document, _is_new = uploads.add_document(owner, file)
    ingesting.ingest(document.pk, owner.pk)
    with scope(owner):
        document.refresh_from_db()
        [chunk] = DocumentChunk.objects.filter(document=document)
    assert (document.status, document.embedding_model) == ("ready", OTHER)
    assert (chunk.embedding_model, chunk.generation) == (OTHER, generations.present())
    assert found_by(owner, "grass is green")[0] == "grass.txt"


def test_reading_a_document_again_removes_what_was_made_of_its_old_passages(owner, library):
    want()
    future = change.start()
    turns_until_filled()
    document = library["sky.txt"]
    with scope(owner):
        queue.reprocess(document, actor=owner)
    ingesting.ingest(document.pk, owner.pk)
    with scope(owner):
        assert [c.generation.model for c in DocumentChunk.objects.filter(document=document)] == [
            "fake"
        ]
    with system():
        assert lacking.first(future).document_id == document.pk
