"""From a file of an office program to the passage that answers, through the whole of ingestion."""

import pytest
from django.core.files.base import ContentFile

from accounts.tenancy import scope
from documents import uploads
from documents.models import Document
from documents.retrieval import SearchScope, search
from documents.tests import samples_office
from documents.tests.samples_office import xlsx_of
from tests.ingesting import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def ingested(owner):
    def ingested(content, name):
        with scope(owner.pk):
            document, _ = uploads.add_document(owner, ContentFile(content, name=name))
        ingest(document.pk, owner.pk)
        with scope(owner.pk):
            return Document.objects.get(pk=document.pk)

    return ingested


def test_a_row_is_found_with_the_header_it_stands_under(owner, ingested):
    rows = [("Order", "City"), *[(f"KITE-{number:04}", f"Town {number}") for number in range(400)]]
    cells = "".join(
        "<row>" + "".join(f'<c t="str"><v>{text}</v></c>' for text in row) + "</row>"
        for row in rows
    )
    document = ingested(xlsx_of(cells), "orders.xlsx")
    best = search(SearchScope(owner.pk), "Where does order KITE-0333 go?", mode="text")[0]

    assert (document.status, document.type_label) == ("ready", "Excel")
    assert best.content.startswith("| Order | City |\n| - | - |\n")
    assert "| KITE-0333 | Town 333 |" in best.content
    assert best.section == "One"


def test_a_slide_is_found_with_its_number_as_page(owner, ingested):
    document = ingested(samples_office.pptx(slides=3), "deck.pptx")
    best = search(SearchScope(owner.pk), "What is on slide 3?", mode="text")[0]

    assert (document.page_count, document.title) == (3, "Results 0 ผล 🎉")
    assert (best.page, best.section) == (3, "Slide 3: Results 2 ผล 🎉")


def test_a_bad_office_file_ends_in_its_own_sentence(ingested):
    document = ingested(samples_office.pptx()[:9000], "deck.pptx")
    assert (document.status, document.error_code) == ("error", "damaged_pptx")
    assert document.error_message == (
        "This PPTX is cut off or damaged. Save it again in PowerPoint and upload that."
    )
