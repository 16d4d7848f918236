"""The library and the pages of a document, through the requests a browser makes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tenancy import scope, system
from billing.models import Plan
from documents.models import Document, DocumentChunk

pytestmark = pytest.mark.django_db
LIST = "/documents/"
UPLOAD = "/documents/upload/"


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


def text_file(name: str = "sky.txt", content: str = "The sky is blue.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def page_of(document: Document, name: str = "detail") -> str:
    return reverse(f"documents:{name}", args=[document.pk])


def listed(response) -> list[str]:
    return [document.name for document in response.context["page"]]


def stored(owner) -> list[str]:
    with scope(owner):
        return sorted(Document.objects.values_list("name", flat=True))


# -- Adding ---------------------------------------------------------------------------------


def test_a_script_gets_the_row_of_the_new_document(signed_in, owner):
    response = signed_in.post(UPLOAD, {"files": text_file()}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.content.decode().count("<tr ") == 1
    assert "data-unfinished" in response.content.decode()
    assert stored(owner) == ["sky.txt"]


def test_a_script_gets_the_reason_of_a_refused_file(signed_in, owner, settings):
    settings.MAX_FILE_SIZE = 10
    reasons = []
    for file in (text_file(content=""), text_file()):
        response = signed_in.post(UPLOAD, {"files": file}, headers={"HX-Request": "true"})
        assert response.status_code == 422
        reasons.append(response.content.decode())
    assert reasons == ["This file is empty.", "This file is larger than 0 MB."]
    assert stored(owner) == []


def test_refused_files_do_not_cost_the_others(signed_in, owner):
    with system():
        Plan.objects.filter(name="free").update(document_limit=2)
    files = [text_file("empty.txt", "")]
    files += [text_file(f"{name}.txt", name) for name in ("one", "two", "three")]
    received = signed_in.post(UPLOAD, {"files": files}).context["received"]
    full = (
        "Your plan holds 2 documents and you have 2, so there is no room for another. Delete some,"
        " or choose a larger plan."
    )
    assert [(one.name, one.reason) for one in received] == [
        ("empty.txt", "This file is empty."),
        ("one.txt", ""),
        ("two.txt", ""),
        ("three.txt", full),
    ]
    assert stored(owner) == ["one.txt", "two.txt"]


def test_the_same_file_again_is_named_and_not_added(signed_in, owner, make_document):
    make_document(owner)
    headers = {"HX-Request": "true"}
    response = signed_in.post(UPLOAD, {"files": text_file("copy.txt")}, headers=headers)
    assert (response.status_code, response.content.decode()) == (
        422,
        "You have this file already, as sky.txt.",
    )
    assert stored(owner) == ["sky.txt"]


def test_the_same_file_after_a_failure_is_tried_again(signed_in, owner, make_document):
    document = failed(owner, make_document)
    headers = {"HX-Request": "true"}
    response = signed_in.post(UPLOAD, {"files": text_file("copy.txt")}, headers=headers)
    assert f"document-{document.pk}" in response.content.decode()
    with scope(owner):
        assert Document.objects.get().status == "pending"


def failed(owner, make_document) -> Document:
    document = make_document(owner)
    with scope(owner):
        document.status, document.error_message = "error", "It was unreadable."
        document.save()
    return document


def test_an_upload_without_a_file_says_so(signed_in):
    response = signed_in.post(UPLOAD)
    assert response.context["received"][0].reason == "Choose at least one file."


# -- The list -------------------------------------------------------------------------------


def test_an_empty_library_teaches_and_offers_the_dropzone(signed_in):
    text = signed_in.get(LIST).content.decode()
    assert "Your library is empty" in text
    assert "data-dropzone" in text


def test_filters_narrow_and_unknown_values_are_ignored(signed_in, owner, make_document):
    make_document(owner)
    notes = make_document(owner, "# Notes\n\nGrass is green.", "notes.md")
    with scope(owner):
        Document.objects.filter(pk=notes.pk).update(tags=["garden"])
        failed_one = Document.objects.get(name="sky.txt")
        failed_one.status = "error"
        failed_one.save()
    found = {
        query: listed(signed_in.get(f"{LIST}?{query}"))
        for query in (
            *("status=error", "type=markdown", "tag=garden", "name=SKY", "status=other"),
            *("sort=name", "sort=oldest", "tag=weeds", "page=99"),
        )
    }
    assert found == {
        "status=error": ["sky.txt"],
        "type=markdown": ["notes.md"],
        "tag=garden": ["notes.md"],
        "name=SKY": ["sky.txt"],
        "status=other": ["notes.md", "sky.txt"],
        "sort=name": ["notes.md", "sky.txt"],
        "sort=oldest": ["sky.txt", "notes.md"],
        "tag=weeds": ["notes.md", "sky.txt"],
        "page=99": ["notes.md", "sky.txt"],
    }


def test_an_error_stands_in_its_row_with_a_way_out(signed_in, owner, make_document):
    document = failed(owner, make_document)
    text = signed_in.get(LIST).content.decode()
    assert "It was unreadable." in text
    assert page_of(document, "reprocess") in text
    response = signed_in.post(
        page_of(document, "reprocess"), headers={"Referer": "http://testserver/documents/?page=1"}
    )
    assert response["Location"] == "http://testserver/documents/?page=1"
    with scope(owner):
        assert Document.objects.get().status == "pending"


def test_a_form_never_leads_to_another_site(signed_in, owner, make_document):
    document = make_document(owner)
    response = signed_in.post(page_of(document, "reprocess"), {"next": "https://evil.example/"})
    assert response["Location"] == page_of(document)


def test_progress_gives_the_rows_named_and_nothing_else(signed_in, owner, make_document):
    first, second = make_document(owner), make_document(owner, "Grass is green.", "grass.txt")
    text = signed_in.get(f"/documents/progress/?id={second.pk}&id=nonsense").content.decode()
    assert f"document-{second.pk}" in text
    assert str(first.pk) not in text


def test_the_list_takes_the_same_queries_however_long(
    signed_in, owner, make_document, django_assert_num_queries
):
    make_document(owner)
    with django_assert_num_queries(14):
        signed_in.get(LIST)
    for number in range(5):
        make_document(owner, f"Fact {number}.", f"{number}.txt")
    with django_assert_num_queries(14):
        signed_in.get(LIST)


def test_ticked_documents_are_deleted_after_asking(signed_in, owner, make_document):
    ids = [str(make_document(owner, f"Fact {n}.", f"{n}.txt").pk) for n in range(3)]
    asked = signed_in.post("/documents/selected/", {"action": "delete", "id": ids[:2]})
    assert "Delete 2 documents?" in asked.content.decode()
    assert len(stored(owner)) == 3
    signed_in.post("/documents/selected/", {"action": "delete-confirmed", "id": ids[:2]})
    assert stored(owner) == ["2.txt"]


def test_ticked_documents_are_processed_again(signed_in, owner, make_document):
    document = make_document(owner)
    signed_in.post("/documents/selected/", {"action": "reprocess", "id": str(document.pk)})
    with scope(owner):
        assert Document.objects.get().status == "pending"


def test_search_by_meaning_links_to_the_passage(signed_in, owner, make_document):
    make_document(owner)
    with scope(owner):
        chunk = DocumentChunk.objects.get()
    response = signed_in.get("/documents/search/?q=blue sky")
    found = [result.passage.content for result in response.context["results"]]
    assert found == ["The sky is blue."]
    assert f"?chunk={chunk.pk}#passage" in response.content.decode()


# -- Other people ---------------------------------------------------------------------------

PAGES = ["detail", "passages", "state", "download", "edit", "delete"]
ACTS = ["edit", "reprocess", "cancel", "delete"]


def test_an_outsider_finds_nothing_and_changes_nothing(client, owner, outsider, make_document):
    document = make_document(owner)
    client.force_login(outsider)
    for name in PAGES:
        assert client.get(f"{page_of(document, name)}?start=0&end=3").status_code == 404
    for name in ACTS:
        assert client.post(page_of(document, name)).status_code == 404
    for action in ("delete-confirmed", "reprocess"):
        client.post("/documents/selected/", {"action": action, "id": str(document.pk)})
    assert listed(client.get(LIST)) == []
    assert client.get(f"/documents/progress/?id={document.pk}").content.strip() == b""
    assert client.get("/documents/search/?q=sky").context["results"] == []
    with scope(owner):
        assert Document.objects.get().status == "ready"


def test_strangers_are_asked_to_sign_in(client, owner, make_document):
    document = make_document(owner)
    for path in (LIST, UPLOAD, "/documents/search/", *(page_of(document, name) for name in PAGES)):
        assert client.get(path)["Location"].startswith("/accounts/login/")
