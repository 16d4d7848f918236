"""Search is complete under filters, fused from both legs, and never leaves its scope."""

import pytest
from django.db import connection

from accounts.tenancy import scope, system
from documents import generations, lexical, retrieval, uploads
from documents.models import DocumentChunk, EmbeddingGeneration
from documents.retrieval import Parameters, SearchScope, candidates, retrieve, search
from language.queries import parse
from providers import registry
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(owner, make_document):
    texts = {
        "sky.txt": "The sky is blue today.",
        "code.txt": "The access code of KITE-0007 is amber-falcon.",
        "other.txt": "The access code of KITE-0008 is cobalt-river.",
        "thai.txt": "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
    }
    return {name: make_document(owner, text, name) for name, text in texts.items()}


@pytest.mark.parametrize("mode", retrieval.MODES)
def test_every_mode_finds_the_document_that_says_it(owner, library, mode):
    best = search(SearchScope(owner.pk), "What colour is the sky?", mode=mode)[0]
    assert (best.document_name, best.content) == ("sky.txt", "The sky is blue today.")


def test_a_rare_code_outweighs_the_words_around_it(owner, library):
    best = search(SearchScope(owner.pk), "the access code of KITE-0008", mode="text")[0]
    assert best.document_name == "other.txt"


def test_words_count_by_how_far_they_tell_the_passages_apart(owner, library):
    def best(query):
        return retrieve(SearchScope(owner.pk), query, Parameters(meaning=0.0)).fused[0].score

    assert best("the sky") == pytest.approx(3 / 4, abs=0.01)  # one passage of four has it
    assert best("access code") <= 1 / 2  # two have it alike


def test_thai_is_found_by_a_part_of_its_text(owner, library):
    best = search(SearchScope(owner.pk), "เมืองหลวง", mode="text")[0]
    assert best.document_name == "thai.txt"


def test_as_many_as_asked_or_as_there_are_come_back(owner, library):
    whole = SearchScope(owner.pk)
    some = SearchScope(owner.pk, tuple(library[n].pk for n in ("sky.txt", "thai.txt")))
    assert len(search(whole, "sky", top_k=3)) == 3
    assert len(search(whole, "sky", top_k=50)) == 4
    assert {p.document_name for p in search(some, "code", top_k=50)} == {"sky.txt", "thai.txt"}


def test_the_index_path_is_as_complete_as_the_exact_one(owner, library, monkeypatch):
    exact = search(SearchScope(owner.pk), "the sky", top_k=4, mode="vector")
    monkeypatch.setattr(candidates, "EXACT_BELOW", 1)
    by_index = search(SearchScope(owner.pk), "the sky", top_k=4, mode="vector")
    assert {p.chunk_id for p in by_index} == {p.chunk_id for p in exact}


def test_an_outsider_finds_nothing_even_with_foreign_ids(owner, outsider, library):
    ids = tuple(document.pk for document in library.values())
    assert search(SearchScope(outsider.pk), "sky") == []
    assert search(SearchScope(outsider.pk, ids), "sky") == []


def test_the_search_function_refuses_an_owner_outside_the_scope(owner, outsider, library):
    asked = [owner.pk, generations.present().pk, *lexical.asked(parse("sky").weights)]
    call = "SELECT count(*) FROM documents_search("
    call += "%s, %s, NULL, %s::int[], %s::real[], NULL, NULL, 9, 9, 0, 9)"
    found = []
    for person in (outsider, owner):
        with scope(person), connection.cursor() as cursor:
            found.append(cursor.execute(call, asked).fetchone()[0])
    assert found == [0, 1]


def test_no_documents_chosen_means_nothing_to_read(owner, library):
    assert search(SearchScope(owner.pk, ()), "sky") == []


def test_deleted_is_not_found(owner, library):
    with scope(owner):
        uploads.delete_document(library["sky.txt"], actor=owner)
    assert "sky.txt" not in {p.document_name for p in search(SearchScope(owner.pk), "sky")}


def test_without_the_embedder_full_text_still_answers(owner, library):
    registry.embedder().failures.extend(
        ProviderError("down", code="down", permanent=True) for _ in range(3)
    )
    assert search(SearchScope(owner.pk), "sky")[0].document_name == "sky.txt"


def test_chunks_of_another_generation_are_not_compared(owner, library):
    other = EmbeddingGeneration(model="another", dimension=768, state="past")
    with system():
        other.save()
        DocumentChunk.objects.update(generation=other)
    for mode in retrieval.MODES:
        assert search(SearchScope(owner.pk), "sky", mode=mode) == []


@pytest.mark.parametrize(
    ("asked", "has_it"),
    [
        ('what about the "sky is\n blue"', True),
        ('what about "SKY"', True),
        ('what about the "sky blue"', False),  # words between
        ('what about the "sk"', False),  # a part of a word
        ('what about "sky.is"', False),  # a full stop is no other sign
        ('what about "blue today."', True),
        (r'what about "sky\d (*[ is^$|"', False),
        ("what about “เมืองหลวง”", True),  # words stand without spaces there
    ],
)
def test_a_quoted_phrase_is_found_as_it_stands(owner, library, asked, has_it):
    found = search(SearchScope(owner.pk), asked, top_k=4)
    assert [passage.has_phrase for passage in found] == [has_it, False, False, False]


def test_a_number_that_one_passage_has_beats_what_is_near(owner, make_document):
    for number in range(60):
        make_document(
            owner, f"Weather station 18-{number} reports rain and wind again.", f"{number}"
        )
    make_document(owner, "The fee is 18 700 roubles, to be paid in June.", "fee")
    best = search(SearchScope(owner.pk), "18700", top_k=5)
    assert best[0].document_name == "fee"


@pytest.mark.parametrize("asked", ["18700", "18.700 roubles", "Thalberg"])
def test_of_a_name_or_number_meaning_only_orders_those_without_it(owner, make_document, asked):
    for number in range(9):
        make_document(owner, f"Weather station 18-{number} reports rain and wind.", f"{number}")
    make_document(owner, "Captain Thalberg pays a fee of 18 700 roubles.", "fee")
    found = retrieve(SearchScope(owner.pk), asked, Parameters()).fused
    assert found[0].document_name == "fee"
    assert found[0].score > 0.7
    assert max(passage.score for passage in found[1:]) < 0.2


def test_words_that_are_to_count_nothing_count_nothing_of_a_number_either(owner, library):
    by_vectors = retrieve(SearchScope(owner.pk), "0007", Parameters(mode="vector")).fused
    found = retrieve(SearchScope(owner.pk), "0007", Parameters(meaning=1.0)).fused
    assert [one.score for one in found] == [one.score for one in by_vectors]
