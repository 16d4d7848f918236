"""The search page: filters with their counts, kept in the address; what is alike, folded."""

import pytest

from accounts.tenancy import scope
from documents.models import Document
from providers import registry
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db
SEARCH = "/documents/search/"


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def library(owner, outsider, make_document):
    make_document(outsider, "The sky is violet.", "theirs.txt")
    about = {
        "sky.md": ("# Sky\n\nThe sky is blue.", {"tags": ["air", "blue"], "language": "en"}),
        "sea.txt": ("The sea is blue.", {"tags": ["blue"], "language": "en"}),
        "himmel.txt": ("Der Himmel ist blau.", {"language": "de"}),
    }
    for name, (text, facts) in about.items():
        pk = make_document(owner, text, name).pk
        with scope(owner):
            Document.objects.filter(pk=pk).update(**facts)


def chips(response) -> dict[str, list[tuple[str, int, bool]]]:
    return {
        facet.field: [(chip.name, chip.count, chip.is_chosen) for chip in facet.chips]
        for facet in response.context["facets"]
    }


def names(response) -> set[str]:
    return {result.passage.document_name for result in response.context["results"]}


def test_every_filter_says_how_many_documents_it_leaves(signed_in, library):
    assert chips(signed_in.get(SEARCH)) == {
        "tag": [("blue", 2, False), ("air", 1, False)],
        "type": [("Text", 2, False), ("Markdown", 1, False)],
        "language": [("English", 2, False), ("German", 1, False)],
    }
    response = signed_in.get(SEARCH, {"tag": ["blue"], "type": ["text"], "q": "blue"})
    assert chips(response) == {
        "tag": [("blue", 1, True)],
        "type": [("Markdown", 1, False), ("Text", 1, True)],
        "language": [("English", 1, False)],
    }
    assert names(response) == {"sea.txt"}
    assert "1 document is searched." in response.content.decode()


def test_one_of_a_kind_is_enough_and_the_address_says_all(signed_in, library):
    asked = {"q": "blue", "tag": ["air", "blue"], "mode": "text"}
    assert names(signed_in.get(SEARCH, asked)) == {"sky.md", "sea.txt"}
    text = signed_in.get(SEARCH, asked).content.decode()
    assert 'value="air" checked' in text
    assert '<option value="text" selected>' in text
    assert 'href="?q=blue&amp;mode=text"' in text  # without the filters


def test_filters_that_exclude_everything_are_named_with_a_way_out(signed_in, library):
    response = signed_in.get(SEARCH, {"q": "blue", "tag": "air", "language": "de"})
    text = response.content.decode()
    assert "No document fits these filters" in text
    assert [(one.field, one.count, url) for one, url in response.context["removals"]] == [
        ("tag", 1, "?q=blue&language=de"),
        ("language", 1, "?q=blue&tag=air"),
    ]
    unknown = signed_in.get(SEARCH, {"q": "blue", "tag": "gone"})
    assert chips(unknown)["tag"][-1] == ("gone", 0, True)
    assert [(one.field, one.count) for one, _ in unknown.context["removals"]] == [("tag", 3)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "scroll"},
        {"added_from": "soon"},
        {"added_from": "2026-03-02", "added_to": "2026-03-01"},
        {"tag": "\0"},
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_searched(signed_in, library, wrong):
    response = signed_in.get(SEARCH, {"q": "blue", **wrong})
    text = response.content.decode()
    assert response.status_code == 200
    assert 'role="alert"' in text
    assert "sea.txt" not in text
    assert 'href="?q=blue"' in text


def test_what_is_alike_is_folded_under_the_better_one(signed_in, owner, library, make_document):
    make_document(owner, "The sea is blue. ", "sea-v2.txt")
    response = signed_in.get(SEARCH, {"q": "the sea is blue"})
    [first, *_] = response.context["results"]
    assert {first.passage.document_name, first.also[0].document_name} == {"sea.txt", "sea-v2.txt"}
    assert "Nearly the same in" in response.content.decode()


def test_when_the_embedder_fails_the_page_says_what_was_searched(signed_in, library):
    down = ProviderError("No embedder today.", code="embedder_down", permanent=True)
    registry.embedder().failures.extend([down, down])
    assert "Only the words were searched" in signed_in.get(SEARCH, {"q": "blue"}).content.decode()
    text = signed_in.get(SEARCH, {"q": "blue", "mode": "vector"}).content.decode()
    assert "The search by meaning failed." in text
    assert "No embedder today." in text


def test_the_words_that_were_asked_for_are_marked_in_what_is_found(signed_in, library):
    shown = signed_in.get(SEARCH, {"q": "Was ist blau?", "language": "de"}).content.decode()
    assert "Der Himmel ist <mark>blau</mark>." in shown
