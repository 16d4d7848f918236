"""Filters mean the same to lists and searches, and are resolved by an index."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.tenancy import scope, system
from documents.filters import Filters
from documents.models import Document
from documents.retrieval import SearchScope, search

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PDF, TEXT = "application/pdf", "text/plain"
FILTERS = {
    Filters(tags=("law",)): {"a", "b"},
    Filters(tags=("law", "tax")): {"a", "b", "c"},
    Filters(tags=("none",)): set(),
    Filters(types=("pdf",)): {"a", "c"},
    Filters(types=("pdf", "text")): {"a", "b", "c", "d"},
    Filters(languages=("en",)): {"a", "d"},
    Filters(languages=("en", "th")): {"a", "c", "d"},
    Filters(added_from=NOON): {"b", "c", "d"},
    Filters(added_to=NOON): {"a", "b"},
    Filters(added_from=NOON, added_to=NOON): {"b"},
    Filters(tags=("law",), types=("pdf",)): {"a"},
    Filters(tags=("law", "tax"), types=("pdf",), languages=("th",)): {"c"},
    Filters(tags=("law",), added_from=NOON + timedelta(days=1)): set(),
}


@pytest.fixture
def library(owner, make_document):
    """Four documents that all say the same words."""
    about = {
        "a": {"tags": ["law"], "mime_type": PDF, "language": "en", "day": -1},
        "b": {"tags": ["law", "tax"], "mime_type": TEXT, "language": "de", "day": 0},
        "c": {"tags": ["tax"], "mime_type": PDF, "language": "th", "day": 1},
        "d": {"tags": [], "mime_type": TEXT, "language": "en", "day": 2},
    }
    made = {name: make_document(owner, f"The sky of {name}.", name) for name in about}
    with scope(owner):
        for name, facts in about.items():
            created_at = NOON + timedelta(days=facts.pop("day"))
            Document.objects.filter(pk=made[name].pk).update(created_at=created_at, **facts)
    return made


@pytest.mark.parametrize(("filters", "names"), FILTERS.items())
def test_lists_and_searches_are_narrowed_alike(owner, library, filters, names):
    with scope(owner):
        fitting = Document.objects.for_user(owner).fitting(filters)
        assert {document.name for document in fitting} == names
    found = search(SearchScope(owner.pk, filters=filters), "the sky", top_k=50)
    assert {passage.document_name for passage in found} == names
    chosen = SearchScope(owner.pk, (library["a"].pk, library["d"].pk), filters=filters)
    assert {passage.document_name for passage in search(chosen, "the sky")} == names & {"a", "d"}


def test_as_many_as_asked_or_as_fit_come_back(owner, library):
    whole = SearchScope(owner.pk, filters=Filters(tags=("law", "tax")))
    assert [len(search(whole, "the sky", top_k=k)) for k in (1, 2, 3, 50)] == [1, 2, 3, 3]


def test_an_outsiders_filters_find_nothing(owner, outsider, library):
    foreign = SearchScope(outsider.pk, filters=Filters(tags=("law",)))
    assert search(foreign, "the sky") == []
    with scope(outsider), connection.cursor() as cursor:
        asked = "SELECT documents_fitting(%s, NULL, '{law}', NULL, NULL, NULL, NULL)"
        cursor.execute(asked, [owner.pk])
        assert cursor.fetchone() == ([],)


def test_a_rare_tag_is_found_by_its_index(owner):
    count = 2_000
    with scope(owner):
        Document.objects.bulk_create(
            Document(owner=owner, name=str(n), file_size=1, content_hash=str(n), tags=tags(n))
            for n in range(count)
        )
    with system(), connection.cursor() as cursor:
        cursor.execute("ANALYZE documents_document")
    with scope(owner), connection.cursor() as cursor:
        read = "SELECT pg_stat_get_xact_numscans('document_tags'::regclass)"
        cursor.execute(read)
        [before] = cursor.fetchone()
        asked = "SELECT documents_fitting(%s, NULL, '{rare}', NULL, NULL, NULL, NULL)"
        cursor.execute(asked, [owner.pk])
        assert len(cursor.fetchone()[0]) == 2
        cursor.execute(read)
        assert cursor.fetchone()[0] == before + 1


def tags(number: int) -> list[str]:
    return ["common", "rare"] if number % 1_000 == 0 else ["common"]
