import pytest

from accounts.tenancy import scope, system
from documents import neighbours
from documents.models import DocumentChunk, EmbeddingGeneration

DOCUMENTS = "/api/v1/documents/"
PARAGRAPH = "The quick brown fox jumps over the lazy dog near the river bank today. " * 12
TEXT = "\n\n".join(f"{number}. {PARAGRAPH}" for number in range(5))


@pytest.fixture
def chunks(make_document, owner):
    document = make_document(owner, TEXT)
    with scope(owner):
        return list(DocumentChunk.objects.present().filter(document=document))


def asked(api, chunk, **wanted):
    found = api.get(f"{DOCUMENTS}{chunk.document_id}/chunks/", {"around": chunk.pk, **wanted})
    assert found.status_code == 200, found.content
    return [row["chunk_index"] for row in found.json()["results"]]


def test_a_chunk_comes_with_its_neighbours_in_order(owner, chunks):
    assert len(chunks) == 5
    with scope(owner):
        found = neighbours.around(chunks[2], before=2)
        assert [chunk.chunk_index for chunk in found] == [0, 1, 2, 3]
        assert [chunk.pk for chunk in neighbours.around(chunks[0])] == [chunks[0].pk, chunks[1].pk]


def test_neighbours_are_of_the_same_generation(owner, chunks):
    with system():
        past = EmbeddingGeneration.objects.create(model="other", dimension=768, state="past")
        DocumentChunk.objects.filter(pk=chunks[1].pk).update(generation=past)
    with scope(owner):
        assert [chunk.pk for chunk in neighbours.around(chunks[2])] == [
            chunks[2].pk,
            chunks[3].pk,
        ]


def test_the_api_gives_a_chunk_with_its_neighbours(api, chunks):
    assert asked(api, chunks[2]) == [1, 2, 3]
    assert asked(api, chunks[2], before=0, after=2) == [2, 3, 4]
    assert asked(api, chunks[4], before=20, after=20) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("wrong", [{"around": "x"}, {"before": "-1"}, {"after": "21"}])
def test_what_is_no_place_or_number_is_refused(api, chunks, wrong):
    url = f"{DOCUMENTS}{chunks[0].document_id}/chunks/"
    answer = api.get(url, {"around": chunks[0].pk, **wrong})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(wrong))


def test_a_chunk_of_another_document_is_none_of_this_one(
    api, outsiders_api, chunks, make_document, owner, outsider
):
    own, others = make_document(owner, "Short."), make_document(outsider, "Theirs.")
    with scope(outsider):
        foreign = others.chunks.get()
    for document, chunk in [(own, chunks[0]), (own, foreign)]:
        answer = api.get(f"{DOCUMENTS}{document.pk}/chunks/", {"around": chunk.pk})
        assert answer.status_code == 404
    url = f"{DOCUMENTS}{chunks[0].document_id}/chunks/"
    assert outsiders_api.get(url, {"around": chunks[0].pk}).status_code == 404
