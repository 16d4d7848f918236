"""Search is complete under filters, fused from both legs, and never leaves its scope."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from accounts.tenancy import scope, system
from documents import generations, retrieval, uploads
from documents.models import DocumentChunk, EmbeddingGeneration
from documents.retrieval import SearchScope, fuse, search
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
    monkeypatch.setattr(retrieval, "EXACT_BELOW", 1)
    by_index = search(SearchScope(owner.pk), "the sky", top_k=4, mode="vector")
    assert {p.chunk_id for p in by_index} == {p.chunk_id for p in exact}


def test_an_outsider_finds_nothing_even_with_foreign_ids(owner, outsider, library):
    ids = tuple(document.pk for document in library.values())
    assert search(SearchScope(outsider.pk), "sky") == []
    assert search(SearchScope(outsider.pk, ids), "sky") == []


def test_the_search_functions_refuse_an_owner_outside_the_scope(owner, outsider, library):
    with scope(outsider):
        rows = retrieval._matching(SearchScope(owner.pk), generations.present(), "sky", 10)
    assert rows == {}


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


def test_fusion_weighs_meaning_and_words_over_the_candidates():
    scores = fuse({"a": 0.9, "b": 0.8, "c": 0.7}, {"b": 4.0, "c": 2.0})
    assert scores == pytest.approx({"a": 0.5, "b": 0.5 * 0.5 + 0.5, "c": 0.5 * 0.5})


def test_a_leg_without_results_gives_nothing():
    assert fuse({}, {"a": 2.0, "b": 1.0}) == pytest.approx({"a": 0.5, "b": 0.25})
    assert fuse({"a": 0.9, "b": 0.7}, {}) == pytest.approx({"a": 0.5, "b": 0.0})


def explain(sql: str, parameters: list) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_full_text_keeps_its_index_because_it_runs_past_the_policy(owner):
    generations.present()
    with scope(owner):
        for number in range(300):
            uploads.add_document(owner, ContentFile(f"note {number} text".encode(), "n.txt"))
    with system(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_documentchunk (id, document_id, owner_id, chunk_index, content,"
            " search_text, token_count, start_char, end_char, section, metadata, enabled,"
            " embedding, embedding_model, created_at, generation_id, indexed, original)"
            " SELECT gen_random_uuid(), d.id, d.owner_id, n, 'x', 'word' || n, 1, 0, 1, '', '{}',"
            " true, array_fill(0.1, ARRAY[768])::vector::halfvec, 'fake', now(), g.id, false, ''"
            " FROM (SELECT id, owner_id FROM documents_document LIMIT 5) d,"
            " (SELECT id FROM documents_embeddinggeneration) g,"
            " generate_series(1, 600) n"
        )
        cursor.execute("ANALYZE documents_documentchunk")
    select = "SELECT id FROM documents_documentchunk WHERE content_tsv @@ 'word7'::tsquery"
    with system():
        assert "chunk_tsv" in explain(select, [])
    with scope(owner):
        assert "chunk_tsv" not in explain(select, [])  # why the SECURITY DEFINER functions exist
