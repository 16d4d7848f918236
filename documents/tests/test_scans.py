"""What a person and a program are told about text that was recognised in pictures."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.tenancy import scope
from documents import scans, uploads
from documents.extraction.result import PDF, Extracted
from documents.models import Document
from documents.pages import in_runs
from documents.tests.samples_scans import WORDS, drawn, saved, scanned_pdf
from tests import ingesting

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(owner):
    def add(content, name):
        with scope(owner):
            document, _ = uploads.add_document(owner, ContentFile(content, name))
        ingesting.ingest(document.pk, owner.pk)
        with scope(owner):
            return Document.objects.get(pk=document.pk)

    return add


def test_a_scan_is_found_marked_and_its_stage_is_told(add, owner, api, client):
    document = add(scanned_pdf(drawn(WORDS)), "scan.pdf")
    assert (document.status, document.recognised_pages, document.unread_pages) == ("ready", "1", "")
    assert "recognising" in document.stage_times
    with scope(owner):
        [chunk] = document.chunks.all()
    assert (chunk.content, chunk.metadata["ocr"]) == (WORDS, True)
    [shown] = api.get(reverse("api-documents-chunks", args=[document.pk])).data["results"]
    assert shown["recognised"] is True
    told = api.get(reverse("api-documents-detail", args=[document.pk])).data
    assert (told["recognised_pages"], told["unread_pages"]) == ([1], [])
    client.force_login(owner)
    page = client.get(reverse("documents:detail", args=[document.pk])).content.decode()
    assert "This text was recognised from a picture and may contain mistakes." in page
    assert "It does not read Arabic, Cyrillic" in page


def test_a_budget_of_pages_is_told_on_the_page(add, owner, client, settings):
    settings.OCR_PAGES = 1
    document = add(scanned_pdf(drawn(WORDS), drawn("Two"), drawn("Three")), "long.pdf")
    assert (document.recognised_pages, document.unread_pages) == ("1", "2–3")
    client.force_login(owner)
    page = client.get(reverse("documents:detail", args=[document.pk])).content.decode()
    assert "Text on page 1 was recognised from a picture and may contain mistakes." in page
    assert "Pages 2–3 are pictures that were not read" in page


def test_a_picture_is_a_document_of_its_own_kind(add, api):
    document = add(saved(drawn(WORDS), "PNG"), "Screenshot.png")
    assert (document.status, document.mime_type, document.type_label) == (
        "ready",
        "image/png",
        "PNG",
    )
    found = api.get(reverse("api-documents-list"), {"type": "picture"}).data["results"]
    assert [one["id"] for one in found] == [str(document.pk)]


def test_written_pages_leave_no_mark(make_document, owner):
    document = make_document(owner)
    assert document.recognised_pages == ""
    with scope(owner):
        assert "ocr" not in document.chunks.get().metadata


def test_a_document_that_was_a_scan_loses_the_mark_with_its_new_text():
    document = Document(metadata={"recognised_pages": [1], "path": "a/b.pdf"})
    scans.note(document, Extracted(PDF, "words"))
    assert document.metadata == {"path": "a/b.pdf"}


@pytest.mark.parametrize(
    ("pages", "text"), [([], ""), ([3], "3"), ([2, 3, 4, 7], "2–4, 7"), ([9, 1, 2], "1–2, 9")]
)
def test_pages_are_named_in_runs(pages, text):
    assert in_runs(pages) == text


def test_the_language_is_noted_shown_and_narrows_lists(make_document, owner, api, client):
    german = make_document(owner, "Die Lieferung des Kessels ist für März geplant. " * 9, "de.txt")
    make_document(owner, "The delivery of the boiler is planned for the spring. " * 9, "en.txt")
    assert german.language == "de"
    found = api.get(reverse("api-documents-list"), {"language": "de"}).data["results"]
    assert [one["name"] for one in found] == ["de.txt"]
    client.force_login(owner)
    shown = client.get(reverse("documents:list"), {"language": "de"}).content.decode()
    assert "de.txt" in shown
    assert "en.txt" not in shown
    page = client.get(reverse("documents:detail", args=[german.pk])).content.decode()
    assert ">German</a>" in page
