"""What people changed in passages outlives the document's being read again, until they ask."""

import pytest
from django.core.files.base import ContentFile

from accounts.tenancy import scope
from documents import editing, edits, queue, uploads
from documents.lexical import number_of
from documents.models import Document, DocumentChunk
from providers import registry
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db
TEXT = "\n\n".join(
    f"# Part {name}\n\n" + f"The {name} is kept in the house by somebody. " * 30
    for name in ("lamp", "chair", "table")
)


@pytest.fixture
def document(owner, make_document):
    return make_document(owner, TEXT, "house.md")


def passages(document) -> list[DocumentChunk]:
    with scope(document.owner_id):
        return list(DocumentChunk.objects.filter(document=document).order_by("chunk_index"))


def read_again(document, owner, *, discard: bool = False) -> Document:
    with scope(owner):
        queue.reprocess(document, actor=owner, discard_edits=discard)
    ingesting.ingest(document.pk, owner.pk)
    with scope(owner):
        return Document.objects.get(pk=document.pk)


def changed(document, owner) -> tuple[DocumentChunk, DocumentChunk]:
    """One edited, one switched off."""
    first, second, *_rest = passages(document)
    with scope(owner):
        editing.switch(owner, [second], on=False)
    return editing.edit(owner, first.pk, "The lamp is red."), second


def other_text(document, text: str) -> None:
    """As a page that was fetched anew would have."""
    with scope(document.owner_id), document.file.storage.open(document.file.name, "wb") as file:
        file.write(text.encode())


def test_a_change_is_kept_where_its_words_are_still_there(document, owner):
    edited, off = changed(document, owner)
    assert read_again(document, owner).status == "ready"
    first, second, *rest = passages(document)
    assert first.pk != edited.pk
    assert (first.content, first.original) == (edited.content, edited.original)
    assert (first.edited_at, first.token_count) == (edited.edited_at, edited.token_count)
    assert (second.content, second.enabled) == (off.content, False)
    assert all(chunk.enabled and not chunk.edited_at for chunk in rest)


def test_a_kept_edit_is_not_embedded_again_and_is_still_what_search_finds(document, owner):
    changed(document, owner)
    embedded = len(registry.embedder().calls)
    read_again(document, owner)
    assert len(registry.embedder().calls) == embedded
    first = passages(document)[0]
    assert number_of("red") - 1 in first.lexical.indices()
    assert number_of("somebody") - 1 not in first.lexical.indices()


def test_changes_are_discarded_when_that_is_asked(document, owner):
    original = [chunk.content for chunk in passages(document)]
    changed(document, owner)
    again = read_again(document, owner, discard=True)
    assert [chunk.content for chunk in passages(document)] == original
    assert all(chunk.enabled and not chunk.edited_at for chunk in passages(document))
    assert again.metadata == document.metadata
    assert again.lost_edits == []


def test_a_failed_attempt_to_discard_keeps_the_changes(document, owner):
    changed(document, owner)
    other_text(document, TEXT.replace("lamp", "stove"))
    registry.embedder().failures.append(ProviderError("Key refused.", code="key", permanent=True))
    assert read_again(document, owner, discard=True).status == "error"
    assert passages(document)[0].content == "The lamp is red."
    other_text(document, TEXT)
    read_again(document, owner)
    assert passages(document)[0].content == "The lamp is red."


def test_a_change_follows_its_words_to_another_place(document, owner):
    _edited, off = changed(document, owner)
    other_text(document, "# Before\n\n" + "Something else comes first now. " * 40 + "\n\n" + TEXT)
    read_again(document, owner)
    [still_off] = [chunk for chunk in passages(document) if not chunk.enabled]
    assert still_off.content == off.content
    assert still_off.start_char > off.start_char


def test_of_the_same_words_the_nearest_are_meant(owner, make_document):
    part = "# Same\n\n" + "Every part says the very same words. " * 40 + "\n\n"
    document = make_document(owner, part * 3, "same.md")
    chunks = passages(document)
    same = [chunk for chunk in chunks if chunk.content == chunks[-1].content]
    with scope(owner):
        editing.switch(owner, [same[1]], on=False)
    read_again(document, owner)
    [off] = [chunk for chunk in passages(document) if not chunk.enabled]
    assert off.start_char == same[1].start_char


def test_a_change_whose_words_are_gone_is_kept_aside_and_told_until_dismissed(document, owner):
    edited, off = changed(document, owner)
    other_text(document, TEXT.replace("The lamp", "This lamp").replace("The chair", "This chair"))
    again = read_again(document, owner)
    assert again.lost_edits == [
        {
            "content": "The lamp is red.",
            "original": edited.original,
            "enabled": True,
            "section": edited.section,
            "page": None,
        },
        {
            "content": "",
            "original": off.content,
            "enabled": False,
            "section": off.section,
            "page": None,
        },
    ]
    assert read_again(document, owner).lost_edits == again.lost_edits
    with scope(owner):
        edits.dismiss(again)
    assert read_again(document, owner).lost_edits == []


def test_what_is_kept_aside_is_bounded(document):
    lost = [{"content": str(number)} for number in range(edits.MOST_LOST + 3)]
    edits.keep_aside(document, lost)
    kept = document.metadata[edits.LOST]
    assert (len(kept), kept[0], kept[-1]) == (edits.MOST_LOST, lost[3], lost[-1])


def test_the_same_file_uploaded_again_after_a_failure_keeps_the_changes(document, owner):
    changed(document, owner)
    with scope(owner):
        Document.objects.filter(pk=document.pk).update(status="error")
        uploads.add_document(owner, ContentFile(TEXT.encode(), "house.md"))
    ingesting.ingest(document.pk, owner.pk)
    assert passages(document)[0].content == "The lamp is red."
