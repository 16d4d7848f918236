"""What was searched for is kept for its owner, behind the answer and never at its cost."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.closing import erase_account
from accounts.tenancy import scope, system
from documents.models import SearchLog
from documents.retrieval import Parameters, SearchScope, log, retrieve, search
from documents.tasks import forget_searches
from providers import registry
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db


def logged(owner) -> list[SearchLog]:
    with scope(owner):
        return list(SearchLog.objects.for_user(owner).order_by("created_at", "id"))


@pytest.fixture
def sky(owner, make_document):
    return make_document(owner, "The sky is blue.")


def test_a_search_is_kept_with_where_it_looked_how_and_what_it_found(owner, sky):
    chatbot = uuid4()
    reach = SearchScope(owner.pk, (sky.pk,), chatbot)
    found = retrieve(reach, "blue sky", Parameters(top_k=3, minimum=0.2), origin="bench")
    [row] = logged(owner)
    assert (row.origin, row.chatbot_id, row.query) == ("bench", chatbot, "blue sky")
    assert row.scope == {"documents": 1, **Parameters(top_k=3, minimum=0.2).as_json()}
    [passage] = found.passages
    assert row.results == [
        {
            "chunk_id": str(passage.chunk_id),
            "document_id": str(sky.pk),
            "score": round(passage.score, 6),
            "near_rank": 1,
            "matching_rank": 1,
        }
    ]
    assert row.latency_ms == round(sum(found.ms.values()), 2) > 0


def test_the_words_of_passages_are_not_kept(owner, sky):
    search(SearchScope(owner.pk), "colour", origin="api")
    [row] = logged(owner)
    assert "blue" not in f"{row.scope}{row.results}"
    assert row.scope["documents"] is None


def test_a_search_that_names_no_origin_is_not_kept(owner, sky):
    search(SearchScope(owner.pk), "blue")
    assert logged(owner) == []


def test_a_search_of_nothing_is_kept_with_no_result(owner):
    search(SearchScope(owner.pk, ()), "blue", origin="chat")
    [row] = logged(owner)
    assert (row.results, row.scope["documents"], row.latency_ms) == ([], 0, 0)


def test_a_refused_search_is_not_kept(owner, sky):
    down = ProviderError("Down.", code="embedder_down", permanent=True)
    registry.embedder().failures.append(down)
    with pytest.raises(ProviderError):
        search(SearchScope(owner.pk), "blue", mode="vector", origin="api")
    assert logged(owner) == []


def test_what_postgresql_cannot_keep_is_left_out_and_long_questions_are_cut(owner, sky):
    search(SearchScope(owner.pk), "blue\ud800" + "x" * 3_000, mode="text", origin="page")
    [row] = logged(owner)
    assert row.query == "blue?" + "x" * 1_995


def test_with_no_days_to_keep_nothing_is_written(owner, sky, settings):
    settings.SEARCH_LOG_DAYS = 0
    search(SearchScope(owner.pk), "blue", origin="api")
    assert logged(owner) == []


def test_rows_of_several_owners_go_in_one_statement(
    owner, outsider, held_back, django_assert_num_queries
):
    for person in (owner, outsider, owner):
        search(SearchScope(person.pk, ()), "blue", origin="api")
    assert logged(owner) == []
    with django_assert_num_queries(7):  # savepoint, scope (two and back), people, rows, release
        assert log.flush()
    assert (len(logged(owner)), len(logged(outsider))) == (2, 1)


def test_who_is_erased_meanwhile_takes_no_other_row_along(owner, outsider, held_back):
    for person in (owner, outsider):
        search(SearchScope(person.pk, ()), "blue", origin="api")
    with system():
        erase_account(outsider)
    assert log.flush()
    assert len(logged(owner)) == 1
    with system():
        assert SearchLog.objects.count() == 1


def test_while_the_database_is_away_rows_wait(owner, held_back):
    search(SearchScope(owner.pk, ()), "first", origin="api")
    search(SearchScope(owner.pk, ()), "second", origin="api")
    with connection.execute_wrapper(away):
        assert not log.flush()
    assert logged(owner) == []
    assert log.flush()
    assert [row.query for row in logged(owner)] == ["first", "second"]


def test_a_failing_database_fails_no_search(owner):
    with connection.execute_wrapper(away):
        assert search(SearchScope(owner.pk, ()), "blue", origin="api") == []
    assert log.flush()
    assert [row.query for row in logged(owner)] == ["blue"]


def test_what_finds_no_room_is_told_the_operator(owner, held_back, monkeypatch, caplog):
    monkeypatch.setattr(log, "MOST_WAITING", 2)
    for _ in range(5):
        search(SearchScope(owner.pk, ()), "blue", origin="api")
    assert log.flush()
    assert len(logged(owner)) == 2
    [told] = [record.msg for record in caplog.records]
    assert (told["event"], told["rows"]) == ("searches_not_logged", 3)


def test_old_searches_are_forgotten(owner, settings):
    settings.SEARCH_LOG_DAYS = 30
    with scope(owner):
        for days in (29, 31):
            row = SearchLog.objects.create(owner=owner, origin="api", query=days, latency_ms=1)
            then = timezone.now() - timedelta(days=days)
            SearchLog.objects.filter(pk=row.pk).update(created_at=then)
    forget_searches()
    assert [row.query for row in logged(owner)] == ["29"]


def test_only_the_owner_sees_them(owner, outsider):
    search(SearchScope(owner.pk, ()), "blue", origin="api")
    assert len(logged(owner)) == 1
    with scope(outsider):
        assert not SearchLog.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_server_writes_behind_and_all_of_it_before_it_ends(owner):
    log.start()
    try:
        search(SearchScope(owner.pk, ()), "first", origin="chat")
        patience = time.monotonic() + 20
        while not logged(owner) and time.monotonic() < patience:
            time.sleep(0.05)
        assert [row.query for row in logged(owner)] == ["first"]
        search(SearchScope(owner.pk, ()), "last", origin="chat")
    finally:
        log.stop()
    assert [row.query for row in logged(owner)] == ["first", "last"]


@pytest.fixture
def held_back(monkeypatch):
    """Rows wait until the test lets them go, as if a writer were there."""
    monkeypatch.setattr(log, "_writer", object())


def away(execute, sql, params, many, context):
    if "searchlog" in sql and sql.startswith("INSERT"):
        raise OperationalError("the database is away")
    return execute(sql, params, many, context)
