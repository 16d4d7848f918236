"""A question is embedded once for whoever asks it, and holds no connection meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection
from pgvector import HalfVector

from accounts import valkey
from accounts.tenancy import scope
from documents import generations, query_vectors
from documents.query_vectors import halfvec_of, vector_of
from providers import registry
from providers.errors import ProviderError
from providers.fake import FakeEmbedder

pytestmark = pytest.mark.django_db
QUESTION = "What colour is the sky?"
DOWN = ProviderError("Down.", code="down", permanent=True)


@pytest.fixture
def embedder():
    found = registry.embedder(name="fake")
    found.calls.clear()
    return found


def forget_here():
    """As after a restart, or in another process."""
    query_vectors._kept.clear()


def test_the_same_question_is_embedded_once_for_each_person(owner, outsider, embedder):
    present = generations.present()
    first = vector_of(owner.pk, present, QUESTION)
    assert np.array_equal(first, FakeEmbedder().embed_query(QUESTION))
    assert np.array_equal(vector_of(owner.pk, present, QUESTION), first)
    assert len(embedder.calls) == 1
    vector_of(outsider.pk, present, QUESTION)
    vector_of(owner.pk, present, QUESTION + " ")
    assert len(embedder.calls) == 3


def test_each_generation_has_a_vector_of_its_own(owner, embedder):
    present = generations.present()
    vector_of(owner.pk, present, QUESTION)
    present.pk += 1
    vector_of(owner.pk, present, QUESTION)
    assert len(embedder.calls) == 2
    present.model = "fake/96"
    assert len(vector_of(owner.pk, present, QUESTION)) == 96


def test_as_a_parameter_it_is_what_a_column_of_halves_would_keep(owner):
    present = generations.present()
    present.model = "fake/96"
    vector = np.zeros(768, np.float32)
    vector[:96] = vector_of(owner.pk, present, QUESTION)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::halfvec::text", [halfvec_of(owner.pk, present, QUESTION)])
        assert HalfVector.from_text(cursor.fetchone()[0]) == HalfVector(vector)


def test_another_process_finds_it_in_valkey_until_that_is_emptied(owner, embedder):
    present = generations.present()
    first = vector_of(owner.pk, present, QUESTION)
    forget_here()
    assert np.allclose(vector_of(owner.pk, present, QUESTION), first, atol=1e-3)
    assert len(embedder.calls) == 1
    forget_here()
    valkey.ask(lambda client: client.flushdb())
    vector_of(owner.pk, present, QUESTION)
    assert len(embedder.calls) == 2


def test_a_slot_that_holds_another_question_is_no_answer(owner, embedder, monkeypatch):
    monkeypatch.setattr(query_vectors, "SLOTS", 1)
    present = generations.present()
    vector_of(owner.pk, present, QUESTION)
    other = vector_of(owner.pk, present, "Is it night?")
    assert np.array_equal(other, FakeEmbedder().embed_query("Is it night?"))


def test_without_valkey_questions_are_answered(owner, embedder, settings, tmp_path):
    settings.RATES_URL = f"unix://{tmp_path}/nobody.sock"
    valkey.forget()
    try:
        assert len(vector_of(owner.pk, generations.present(), QUESTION)) == 768
    finally:
        valkey.forget()


def test_a_failure_is_not_kept(owner, embedder):
    present = generations.present()
    embedder.failures.append(DOWN)
    with pytest.raises(ProviderError, match="Down"):
        vector_of(owner.pk, present, QUESTION)
    assert len(vector_of(owner.pk, present, QUESTION)) == 768
    assert not query_vectors._running


class Slow(FakeEmbedder):
    """Embeds when it is allowed to, and notes whether its thread held a connection."""

    def __init__(self):
        super().__init__()
        self.asked, self.allowed, self.held = threading.Event(), threading.Event(), []

    def _embed(self, texts, kind):
        self.held.append(connection.connection is not None)
        self.asked.set()
        assert self.allowed.wait(20)
        return super()._embed(texts, kind)


@pytest.fixture
def slow(monkeypatch):
    found = Slow()
    monkeypatch.setattr(registry, "embedder", lambda *_, **__: found)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failure", [None, DOWN])
def test_who_asks_the_same_meanwhile_waits_for_the_first(slow, failure):
    owner, present = uuid4(), generations.present()
    slow.failures.extend([failure] if failure else [])
    seen = []

    def ask():
        connection.ensure_connection()
        try:
            return vector_of(owner, present, QUESTION).tolist()
        except ProviderError as error:
            return error.code
        finally:
            seen.append(connection.connection is None)

    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(ask) for _ in range(3)]
        slow.asked.wait(20)
        slow.allowed.set()
        answers = [future.result() for future in asked]
    if failure is None:
        assert len(slow.calls) == 1
        assert answers == [answers[0]] * 3
    else:
        assert "down" in answers
    assert slow.held == [False] * len(slow.held)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_not_kept_open_for_the_model(owner, slow):
    present = generations.present()
    slow.allowed.set()
    with scope(owner), pytest.raises(RuntimeError, match="inside a transaction"):
        vector_of(owner.pk, present, QUESTION)
    assert slow.calls == []
