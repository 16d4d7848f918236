"""What counts against a plan's documents and bytes, and what a smaller plan takes away: nothing."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from accounts.tenancy import scope, system
from billing.limits import QuotaExceeded
from billing.models import Plan
from documents import queue, uploads
from documents.models import Document
from tests.sharing import share

pytestmark = pytest.mark.django_db
DOCUMENTS = "/api/v1/documents/"


def allow(**limits: int | None) -> None:
    with system():
        Plan.objects.filter(name="free").update(**limits)


def add(user, text: str) -> Document:
    with scope(user):
        return uploads.add_document(user, ContentFile(text.encode(), f"{text}.txt"))[0]


def test_deleting_frees_a_place_and_bytes(owner):
    allow(document_limit=1, storage_limit=4)
    first = add(owner, "four")
    with pytest.raises(QuotaExceeded):
        add(owner, "five")
    with scope(owner):
        uploads.delete_document(first, actor=owner)
    assert add(owner, "five").name == "five.txt"


def test_the_same_bytes_take_no_place(owner):
    allow(document_limit=1)
    assert add(owner, "four").pk == add(owner, "four").pk


def test_another_s_documents_do_not_count(owner, outsider):
    allow(document_limit=1)
    add(outsider, "theirs")
    add(owner, "mine")


def test_in_the_place_of_a_document_only_the_growth_counts(owner):
    document = add(owner, "four")
    add(owner, "others")
    allow(document_limit=1, storage_limit=12)
    with scope(owner):
        uploads.check_plan(owner, 6, replacing=document)  # 6 for 4, beside 6 others
        with pytest.raises(QuotaExceeded) as refused:
            uploads.check_plan(owner, 7, replacing=document)
    assert (refused.value.limit, refused.value.value, refused.value.left) == (
        "storage_limit",
        12,
        2,
    )


def test_a_smaller_plan_deletes_nothing_and_adds_nothing(api, owner, make_document):
    kept = make_document(owner)
    add(owner, "another")
    allow(document_limit=1, storage_limit=3)
    assert api.get(f"{DOCUMENTS}{kept.pk}/").status_code == 200
    assert api.post("/api/v1/search/", {"query": "sky"}).json()["results"]
    refused = api.post(DOCUMENTS, {"text": "more", "name": "more.txt"})
    assert (refused.status_code, refused.json()["left"]) == (402, 0)
    assert "you have 2" in refused.json()["detail"]
    with scope(owner):
        queue.reprocess(kept, actor=owner)
        uploads.check_plan(owner, kept.file_size, replacing=kept)
        assert Document.objects.count() == 2


def test_who_brings_files_into_a_project_is_told_whose_plan_is_full(owner, outsider, client):
    allow(document_limit=0)
    project = share(owner, editor=outsider)
    client.force_login(outsider)
    address = f"{DOCUMENTS}?project={project.pk}"
    body = {"text": "more", "name": "more.txt", "project": str(project.pk)}
    refused = client.post(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["limit"]) == (402, "document_limit")
    assert refused.json()["detail"].startswith("The plan of the project's owner")


def test_a_script_learns_that_a_larger_plan_is_a_way_out(client, owner):
    allow(document_limit=0)
    client.force_login(owner)
    file = ContentFile(b"more", "more.txt")
    refused = client.post("/documents/upload/", {"files": file}, headers={"HX-Request": "true"})
    assert (refused.status_code, refused["Content-Type"][:10]) == (402, "text/plain")
    typed = client.post("/documents/", {"text": "typed words", "name": ""})
    html = typed.content.decode()
    assert (typed.status_code, "typed words</textarea>" in html) == (422, True)
    assert 'href="/settings/plan/">See plans</a>' in html
