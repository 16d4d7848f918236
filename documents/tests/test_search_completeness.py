"""min(k, m) rows whatever is asked, the right ones, and the owner's alone."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from django.db import connection

from accounts.tenancy import scope, system
from documents import generations, lexical, statistics
from documents.models import DocumentChunk, TermStatistics
from documents.retrieval import Parameters, SearchScope, candidates
from documents.tests.library import add_passages
from documents.vectors import halves
from language.queries import Query

pytestmark = pytest.mark.django_db
WORDS = [f"word{number}" for number in range(60)]
VECTOR = next(iter(halves(np.eye(1, 768, dtype=np.float32)))).to_text()


def some_words(seed):
    """Of Zipf's kind: the first in nearly every passage, the last in hardly any."""
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return lambda number: random.Random(seed * 1000 + number).choices(WORDS, weights, k=12)


def ask(user, words=(), *, mode="hybrid", documents=None, k=50, exact_below=20):
    query = Query(dict.fromkeys(words, 1.0))
    usual, candidates.EXACT_BELOW = candidates.EXACT_BELOW, exact_below
    try:
        with scope(user):
            where = SearchScope(user.pk, documents)
            vector = None if mode == "text" else VECTOR
            asked = Parameters(top_k=k, depth=k, mode=mode)
            return candidates.candidates(where, generations.present(), query, vector, asked)
    finally:
        candidates.EXACT_BELOW = usual


@pytest.fixture
def library(owner, outsider):
    """Six documents, half of the passages in the indexes; and somebody else's, indexed too."""
    documents = [add_passages(owner, 40, seed, some_words(seed)) for seed in range(1, 7)]
    add_passages(outsider, 60, 9, some_words(9))
    with system():
        DocumentChunk.objects.filter(owner=owner, chunk_index__gte=20).update(indexed=True)
        DocumentChunk.objects.filter(owner=outsider).update(indexed=True)
    statistics.refresh(owner.pk)
    return documents


def test_the_lexical_leg_is_bm25(owner):
    add_passages(owner, 30, 1, some_words(1))
    statistics.refresh(owner.pk)
    passages = [some_words(1)(number) for number in range(30)]
    asked = ["word0", "word3", "word9", "word40"]
    frequency = {word: sum(word in passage for passage in passages) for word in asked}

    def bm25(passage):
        counts = Counter(passage)
        length = lexical.K1 * (1 - lexical.B + lexical.B * 220 / lexical.TYPICAL_TOKENS)
        return sum(
            math.log(1 + (30 - max(frequency[word], 1) + 0.5) / (max(frequency[word], 1) + 0.5))
            * (counts[word] * (lexical.K1 + 1) / (counts[word] + length))
            for word in asked
        )

    best = sorted((score for score in map(bm25, passages) if score > 0), reverse=True)
    for exact_below in (20, 10_000):
        found = ask(owner, asked, mode="text", exact_below=exact_below)
        assert [passage.lexical for passage in found] == pytest.approx(best, rel=1e-4)


def test_all_that_match_are_found_whatever_is_asked(owner, library):
    chance = random.Random(7)
    for _ in range(40):
        some = chance.sample(library, chance.randint(1, 6))
        asked = {
            "words": chance.sample(WORDS, chance.randint(1, 6)),
            "mode": chance.choice(["hybrid", "vector", "text"]),
            "documents": chance.choice([None, tuple(some)]),
            "k": chance.randint(1, 50),
        }
        found, every = ask(owner, **asked), ask(owner, **asked, exact_below=10_000)
        k = asked["k"]
        assert min(k, len(found)) == min(k, len(every)), asked
        near = [[p.chunk_id for p in ps if (p.near_rank or 99) <= k] for ps in (found, every)]
        assert set(near[0]) == set(near[1]), asked
        with scope(owner):
            ids = [passage.chunk_id for passage in found]
            assert DocumentChunk.objects.filter(pk__in=ids).count() == len(set(ids)) == len(ids)


def test_common_words_alone_find_passages_with_them(owner, library):
    found = ask(owner, ["word0"], mode="text", k=40)
    assert len(found) >= 40
    assert all("word0" in passage.content.split() for passage in found)


def test_nobody_elses_passages_whatever_is_passed(owner, outsider, library):
    with scope(outsider):
        theirs = tuple(DocumentChunk.objects.values_list("document_id", flat=True).distinct())
    for exact_below in (20, 10_000):
        assert ask(owner, WORDS[:5], documents=theirs, exact_below=exact_below) == []
    with scope(owner), connection.cursor() as cursor:
        for exact_below in (20, 10_000):
            asked = [outsider.pk, generations.present().pk, VECTOR, exact_below]
            cursor.execute(
                "SELECT count(*) FROM documents_search(%s, %s, %s::halfvec, '{}', '{}', NULL, NULL,"
                " 50, 100, 0.5, %s)",
                asked,
            )
            assert cursor.fetchone() == (0,)
    with scope(owner), connection.cursor() as cursor:
        asked = [outsider.pk, generations.present().pk, VECTOR]
        cursor.execute(
            "SELECT cardinality(near) FROM documents_legs(%s, %s, %s::halfvec, NULL, NULL, NULL,"
            " NULL, NULL, 1, 1)",
            asked,
        )
        assert cursor.fetchone() == (None,)


def test_what_is_deleted_is_gone_and_the_rest_still_whole(owner, library):
    with scope(owner):
        DocumentChunk.objects.filter(document_id=library[0]).delete()
    for mode in ("hybrid", "vector", "text"):
        found = ask(owner, ["word0", "word1"], mode=mode)
        assert len(found) >= 50
        assert library[0] not in {passage.document_id for passage in found}


def test_words_are_counted_again_when_a_tenth_has_changed(owner):
    def counts():
        with scope(owner):
            kept = TermStatistics.objects.get(owner=owner)
            return kept.chunks, dict(zip(kept.terms, kept.counts, strict=True))

    add_passages(owner, 50, 1, lambda number: ["both", *(["half"] if number % 2 else [])])
    assert statistics.refresh(owner.pk)
    both, half = lexical.number_of("both"), lexical.number_of("half")
    assert counts() == (50, {both: 50, half: 25})
    add_passages(owner, 5, 2, lambda _number: ["both"])
    assert not statistics.refresh(owner.pk)
    document = add_passages(owner, 5, 3, lambda _number: ["both"])
    assert statistics.refresh(owner.pk)
    assert counts() == (60, {both: 60, half: 25})
    with scope(owner):
        DocumentChunk.objects.exclude(document_id=document).delete()
    assert statistics.refresh(owner.pk)
    assert counts() == (5, {both: 5})


def test_of_a_large_library_the_commonest_words_are_kept(owner, monkeypatch):
    monkeypatch.setattr(statistics, "MOST", 2)
    add_passages(owner, 12, 1, lambda number: ["a", *"b" * (number < 9), *"c" * (number < 4)])
    statistics.refresh(owner.pk)
    with scope(owner):
        kept = TermStatistics.objects.get(owner=owner)
    assert dict(zip(kept.terms, kept.counts, strict=True)) == {lexical.number_of("a"): 12}


def test_a_passage_with_more_terms_than_most_goes_in_and_is_found(owner):
    add_passages(owner, 1, 1, lambda _number: [f"term{n}" for n in range(lexical.MOST_TERMS)])
    statistics.refresh(owner.pk)
    assert len(ask(owner, ["term7"], mode="text")) == 1
