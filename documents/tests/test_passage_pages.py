"""The passages of a document on its pages: narrowed down, switched, edited, restored."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.tenancy import scope
from documents import editing, queue
from documents.models import DocumentChunk

pytestmark = pytest.mark.django_db
PARTS = "\n\n".join(
    f"# Part {name}\n\n" + f"The {name} is kept in the house. " * 30 for name in ("lamp", "chair")
)


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def document(owner, make_document):
    return make_document(owner, PARTS, "house.md")


@pytest.fixture
def chunk(document):
    return passages(document)[0]


def passages(document) -> list[DocumentChunk]:
    with scope(document.owner_id):
        return list(DocumentChunk.objects.select_related("document").order_by("chunk_index"))


def page_of(document, query: str = "") -> str:
    return reverse("documents:passages", args=[document.pk]) + query


def url(name: str, chunk) -> str:
    return reverse(f"documents:{name}", args=[chunk.pk])


def test_passages_are_narrowed_by_words_and_by_what_was_done_to_them(signed_in, document, owner):
    lamp, chair = passages(document)
    with scope(owner):
        editing.switch(owner, [chair], on=False)
    editing.edit(owner, lamp.pk, "The lamp is red.")
    shown = {
        query: [
            chunk.chunk_index for chunk in signed_in.get(page_of(document, query)).context["page"]
        ]
        for query in ("?q=CHAIR", "?q=red", "?state=edited", "?state=off", "?state=x", "?q=zebra")
    }
    assert shown == {
        "?q=CHAIR": [1], "?q=red": [0], "?state=edited": [0], "?state=off": [1],
        "?state=x": [0, 1], "?q=zebra": [],
    }  # fmt: skip


def test_the_list_takes_the_same_queries_however_long(
    signed_in, owner, make_document, django_assert_num_queries
):
    short, long = make_document(owner), make_document(owner, PARTS * 9, "long.md")
    for document in (short, long):
        with django_assert_num_queries(12):
            signed_in.get(page_of(document))


def test_ticked_passages_are_switched_together(signed_in, document):
    first, second = passages(document)
    address = reverse("documents:switch_passages", args=[document.pk])
    ticked = {"id": [str(first.pk), str(second.pk), "nonsense"]}
    signed_in.post(address, {**ticked, "on": "no"})
    assert [chunk.enabled for chunk in passages(document)] == [False, False]
    signed_in.post(address, {"id": str(first.pk), "on": "yes"})
    assert [chunk.enabled for chunk in passages(document)] == [True, False]


def test_a_passage_is_edited_and_restored(signed_in, chunk, document):
    response = signed_in.post(url("edit_passage", chunk), {"content": "The lamp is <b>red</b>."})
    assert response["Location"] == url("passage", chunk)
    shown = signed_in.get(url("passage", chunk)).content.decode()
    assert "The lamp is &lt;b&gt;red&lt;/b&gt;." in shown
    assert "What the document says there" in shown
    signed_in.post(url("edit_passage", chunk), {"content": "-", "restore": ""})
    assert passages(document)[0].content == chunk.content
    assert (
        "What the document says there" not in signed_in.get(url("passage", chunk)).content.decode()
    )


def test_a_refused_edit_keeps_what_was_typed_beside_the_reason(signed_in, chunk, document, owner):
    too_long = "lamp " * 600
    response = signed_in.post(url("edit_passage", chunk), {"content": too_long})
    assert response.status_code == 422
    assert "the embedding model reads 512. Shorten it." in response.content.decode()
    assert too_long in response.content.decode()
    with scope(owner):
        queue.reprocess(document, actor=owner)
    response = signed_in.post(url("edit_passage", chunk), {"content": "The lamp is red."})
    assert "The document is being processed." in response.content.decode()
    assert passages(document)[0].content == chunk.content


def test_a_passage_is_switched_off_and_shown_at_its_place(signed_in, chunk, document):
    signed_in.post(url("switch_passage", chunk), {"on": "no"})
    assert not passages(document)[0].enabled
    assert "no search finds it" in signed_in.get(url("passage", chunk)).content.decode()
    place = signed_in.get(reverse("documents:detail", args=[document.pk]) + f"?chunk={chunk.pk}")
    assert "".join(part.passage for part in place.context["parts"]) == chunk.content


def test_the_queue_stands_above_the_library(signed_in, document, owner):
    with scope(owner):
        queue.reprocess(document, actor=owner)
    address = reverse("documents:queue")
    assert "1 waiting" in signed_in.get(address).content.decode()
    signed_in.post(address, {"action": "pause"})
    assert "Your queue is paused" in signed_in.get("/documents/").content.decode()
    signed_in.post(address, {"action": "resume"})
    assert "Your queue is paused" not in signed_in.get(address).content.decode()
    with scope(owner):
        queue.cancel(document, actor=owner)
        document.refresh_from_db()
        document.error_code = "damaged"
        document.save()
    assert "Try all failed again" in signed_in.get(address).content.decode()
    signed_in.post(address, {"action": "retry"})
    with scope(owner):
        document.refresh_from_db()
    assert document.status == "pending"
