"""What the panel shows of a source: as much around it as asked for, and what became of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.tenancy import scope
from conversations.models import Message
from conversations.sources import FURTHEST, Reach, sources_of
from documents.models import Document, DocumentText
from tests.sharing import share

pytestmark = pytest.mark.django_db
QUOTE = "The lamp burns for 900 hours."
LONG = "".join(f"Line {number} before it.\n" for number in range(200)) + QUOTE
LONG += "".join(f"\nLine {number} after it." for number in range(200))


def citation_of(document: Document, text: str, **fields) -> dict:
    start = text.index(QUOTE)
    return {
        "number": 1,
        "document_id": str(document.pk),
        "document_name": "as it was named.txt",
        "chunk_id": str(document.pk),
        "page": None,
        "quote": QUOTE,
        "start_char": start,
        "end_char": start + len(QUOTE),
        "section": "As it was",
        **fields,
    }


def shown(client, owner, conversation, citation, query: str = "") -> str:
    with scope(owner):
        message = Message.objects.create(
            owner=owner,
            conversation=conversation,
            role="assistant",
            status="complete",
            content="Long [1].",
            message_index=conversation.messages.count(),
            citations=[citation],
        )
    client.force_login(owner)
    url = reverse("conversations:sources", args=[message.pk, 1])
    return client.get(url + query).content.decode()


def test_more_of_a_long_document_is_shown_on_request(client, owner, conversation, make_document):
    citation = citation_of(make_document(owner, LONG, "long.txt"), LONG)
    html = shown(client, owner, conversation, citation)
    assert "Line 199 before it." in html
    assert "Line 100 before it." not in html
    assert "?before=2800&amp;after=700" in html
    wider = shown(client, owner, conversation, citation, "?before=2800&after=700")
    assert "Line 100 before it." in wider
    assert "Line 100 after it." not in wider
    whole = shown(client, owner, conversation, citation, f"?before={FURTHEST}&after={FURTHEST}")
    assert "Line 0 before it." in whole
    assert "Line 199 after it." in whole
    assert "Show more" not in whole


@pytest.mark.parametrize("given", ["-1", "x", "9" * 5000, "²", ""])
def test_odd_wishes_for_more_are_taken_as_none(given):
    assert Reach.asked({"before": given}) == Reach()


def test_words_that_moved_are_led_to_and_those_that_went_are_not(owner, make_document):
    document = make_document(owner, LONG, "long.txt")
    with scope(owner):
        DocumentText.objects.update(content="New. " + QUOTE, pages=[[0, 5], [5, 5 + len(QUOTE)]])
        [source] = sources_of(owner, [citation_of(document, LONG)], 1)
        moved = f"/documents/{document.pk}/?page=2&start=5&end={5 + len(QUOTE)}#passage"
        assert (source.has_changed, source.moved_url) == (True, moved)
        DocumentText.objects.update(content="All new.")
        [source] = sources_of(owner, [citation_of(document, LONG)], 1)
        assert (source.has_changed, source.moved_url) == (True, "")


def test_quote_name_page_and_section_are_those_of_the_answer(
    client, owner, conversation, make_document
):
    document = make_document(owner, LONG, "long.txt")
    with scope(owner):
        Document.objects.filter(pk=document.pk).update(name="renamed.txt")
        DocumentText.objects.update(content="All new.")
    html = shown(client, owner, conversation, citation_of(document, LONG, page=7))
    for kept in ("as it was named.txt", "page 7", "As it was", QUOTE):
        assert kept in html
    assert "The document has changed since." in html
    assert "renamed.txt" not in html
    assert "All new." not in html


def test_a_member_sees_around_a_quote_only_in_documents_of_the_project(
    owner, outsider, make_document
):
    shared, kept = (make_document(owner, f"{LONG} {name}", name) for name in ("a.txt", "b.txt"))
    share(owner, shared, viewer=outsider)
    citations = [citation_of(shared, LONG), citation_of(kept, LONG, number=2)]
    with scope(outsider):
        opened = sources_of(outsider, citations, 1)[0]
        closed = sources_of(outsider, citations, 2)[1]
    assert opened.before.endswith("Line 199 before it.\n")
    assert (closed.exists, closed.is_open, closed.before, closed.document) == (
        True,
        False,
        "",
        None,
    )
