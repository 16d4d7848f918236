"""Passages enter the graph when an owner has many; search is complete before, during and after."""

import numpy as np
import pytest

from accounts.tenancy import scope, system
from documents import generations, graph
from documents.models import DocumentChunk
from documents.retrieval import Parameters, SearchScope, candidates
from documents.tests.library import add_passages
from documents.vectors import halves
from language.queries import Query

pytestmark = pytest.mark.django_db
MANY = 30
QUERY = np.eye(1, 768, dtype=np.float32)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(graph, "MANY", MANY)
    monkeypatch.setattr(graph, "AT_ONCE", 20)
    monkeypatch.setattr(candidates, "EXACT_BELOW", MANY)


def exact(user, limit):
    with scope(user):
        rows = DocumentChunk.objects.filter(owner=user).nearest(QUERY[0].tolist())
        return list(rows.values_list("pk", flat=True)[:limit])


def found(user, limit):
    with scope(user):
        text = next(iter(halves(QUERY))).to_text()
        present = generations.present()
        asked = Parameters(mode="vector", depth=limit)
        best = candidates.candidates(SearchScope(user.pk), present, Query({}), text, asked)
        return [passage.chunk_id for passage in best][:limit]


def entered(user):
    with scope(user):
        return DocumentChunk.objects.filter(owner=user, indexed=True).count()


def test_who_has_few_stays_outside(owner):
    add_passages(owner, MANY)
    assert graph.extend() == 0
    assert found(owner, 10) == exact(owner, 10)


def test_who_has_many_enters_and_nobody_else(owner, outsider):
    add_passages(owner, MANY + 15)
    add_passages(outsider, 3)
    assert graph.extend() == MANY + 15
    assert (entered(owner), entered(outsider)) == (MANY + 15, 0)


@pytest.mark.parametrize("inside", [0, 20, 45])
def test_search_is_complete_however_many_have_entered(owner, inside):
    add_passages(owner, 45)
    with scope(owner):
        some = list(DocumentChunk.objects.values_list("pk", flat=True)[:inside])
        DocumentChunk.objects.filter(pk__in=some).update(indexed=True)
    assert found(owner, 10) == exact(owner, 10)
    assert found(owner, 45) == exact(owner, 45)


def test_what_comes_after_the_graph_was_made_is_found_beside_it(owner):
    add_passages(owner, 45)
    graph.extend()
    add_passages(owner, 20, seed=2)
    assert graph.extend() == 0
    assert entered(owner) == 45
    assert found(owner, 20) == exact(owner, 20)


def test_another_generation_does_not_enter(owner):
    add_passages(owner, 45)
    with system():
        DocumentChunk.objects.update(generation=_past())
    assert graph.extend() == 0


def _past():
    from documents.models import EmbeddingGeneration

    return EmbeddingGeneration.objects.create(model="old", dimension=768, state="past")
