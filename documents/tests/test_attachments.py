"""Files that come with an e-mail: documents of their own, once, whatever happens meanwhile."""

from __future__ import annotations

import errno

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.audit import AuditLog
from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from billing.models import Plan
from documents import attachments, queue, uploads
from documents.extraction import Extracted
from documents.extraction.result import EMAIL, Attachment
from documents.models import Document, DocumentText
from documents.tests.samples_email import letter, nested
from documents.work import lease
from documents.work.lease import LeaseLost
from providers import registry
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db
FILES = {"sky.txt": b"The sky is blue.", "sea.md": b"# Sea\n\nDeep."}


def add(owner, content=None, name="offer.eml") -> Document:
    content = bytes(letter(files=FILES)) if content is None else content
    with scope(owner):
        return uploads.add_document(owner, ContentFile(content, name))[0]


def ingest(document) -> Document:
    ingesting.ingest(document.pk, document.owner_id)
    return reread(document)


def reread(document) -> Document:
    with scope(document.owner_id):
        return Document.objects.select_related("parent").get(pk=document.pk)


def text_of(document) -> str:
    with scope(document.owner_id):
        return DocumentText.objects.get(document=document).content


def below(document) -> list[Document]:
    with scope(document.owner_id):
        return list(document.attachments.order_by("name"))


def library(owner) -> list[str]:
    with scope(owner):
        return sorted(Document.objects.values_list("name", flat=True))


def test_each_file_becomes_a_document_below_its_email(owner):
    email = ingest(add(owner))

    assert email.status == "ready"
    assert text_of(email).endswith("Hello there.\n\nAttachment: sky.txt\nAttachment: sea.md")
    files = below(email)
    assert [(file.name, file.file_size) for file in files] == [("sea.md", 12), ("sky.txt", 16)]
    with scope(owner):
        owed = PendingTask.objects.filter(object_id__in=[file.pk for file in files])
        assert owed.count() == 2
        told = AuditLog.objects.filter(action="document.upload", resource_id=files[0].pk).get()
    assert told.metadata == {"name": "sea.md", "parent": str(email.pk)}
    assert [ingest(file).status for file in files] == ["ready", "ready"]
    assert text_of(files[1]) == "The sky is blue."


def test_reading_the_email_again_adds_nothing(owner):
    email = ingest(add(owner))
    before = library(owner)
    with scope(owner):
        queue.reprocess(email, actor=owner)
    assert ingest(email).status == "ready"
    assert library(owner) == before == ["offer.eml", "sea.md", "sky.txt"]


def test_a_file_that_is_there_already_stays_where_it_is(owner, make_document):
    there = make_document(owner)
    email = ingest(add(owner, bytes(letter(files={"copy of sky.txt": FILES["sky.txt"]}))))
    assert library(owner) == ["offer.eml", "sky.txt"]
    assert below(email) == []
    assert reread(there).parent is None


def test_an_email_that_fails_after_its_files_loses_none_and_doubles_none(owner):
    email = add(owner)
    registry.embedder().failures += [ProviderError("Busy.", code="busy", permanent=False)] * 3
    assert ingest(email).status == "pending"
    assert library(owner) == ["offer.eml", "sea.md", "sky.txt"]
    assert (ingest(email).status, len(below(email))) == ("ready", 2)


@pytest.mark.parametrize("end", ["cancelled", "deleted"])
def test_a_worker_that_lost_the_email_adds_nothing(owner, end):
    email = add(owner)
    held = lease.claim(email.pk, owner.pk)
    with scope(owner):
        if end == "cancelled":
            queue.cancel(email, actor=owner)
        else:
            uploads.delete_document(email, actor=owner)
    found = Extracted(EMAIL, "x", attachments=[Attachment("sky.txt", b"The sky is blue.")])
    with pytest.raises(LeaseLost):
        attachments.keep_attachments(held, found)
    assert library(owner) == (["offer.eml"] if end == "cancelled" else [])


def test_what_cannot_be_kept_is_named_and_costs_the_email_nothing(owner):
    with system():
        Plan.objects.filter(name="free").update(document_limit=2)
    files = {"a.png": b"\x89PNG" + bytes(50), "one.txt": b"one", "two.txt": b"two"}
    email = ingest(add(owner, bytes(letter(files=files))))

    assert email.status == "ready"
    assert text_of(email).split("\n\n")[-1] == (
        "Attachment: a.png – not kept: pictures of an e-mail are not read. "
        "Upload those that show text\n"
        "Attachment: one.txt\n"
        "Attachment: two.txt – not kept: Your plan holds 2 documents and you have 2, so there is no"
        " room for another. Delete some, or choose a larger plan."
    )
    assert library(owner) == ["offer.eml", "one.txt"]


def test_a_file_that_turns_out_damaged_has_its_own_error(owner):
    email = ingest(add(owner, bytes(letter(files={"a.pdf": b"%PDF-1.7 junk"}))))
    (damaged,) = below(email)
    assert (email.status, ingest(damaged).error_code) == ("ready", "truncated_pdf")


def test_a_full_disk_is_worth_another_try(owner, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    email = add(owner)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", full)
        assert ingest(email).status == "pending"
    assert library(owner) == ["offer.eml"]
    assert ingest(email).status == "ready"
    assert library(owner) == ["offer.eml", "sea.md", "sky.txt"]


def test_emails_in_emails_are_followed_five_deep(owner):
    email = add(owner, nested(8))
    depth = 0
    while email:
        assert ingest(email).status == "ready"
        last, depth = email, depth + 1
        email = next(iter(below(email)), None)
    assert depth == 6
    assert text_of(last).endswith(
        "Attachment: Level 2.eml – not kept: e-mails inside e-mails are followed 5 deep"
    )


def test_attachments_outlive_their_email(owner):
    email = ingest(add(owner))
    files = below(email)
    with scope(owner):
        uploads.delete_document(email, actor=owner)
    assert [reread(file).parent for file in files] == [None, None]


def test_page_and_api_show_both_ways(client, api, owner, outsiders_api):
    email = ingest(add(owner))
    file = below(email)[1]
    client.force_login(owner)

    page = client.get(reverse("documents:detail", args=[email.pk])).content.decode()
    assert f'<a href="{reverse("documents:detail", args=[file.pk])}">sky.txt</a>' in page
    page = client.get(reverse("documents:detail", args=[file.pk])).content.decode()
    assert f'<a href="{reverse("documents:detail", args=[email.pk])}">Offer</a>' in page
    page = client.get(reverse("documents:delete", args=[email.pk])).content.decode()
    assert "Its attachments stay" in page

    assert api.get(f"/api/v1/documents/{file.pk}/").json()["parent"] == str(email.pk)
    assert api.get(f"/api/v1/documents/{email.pk}/").json()["parent"] is None
    listed = api.get(f"/api/v1/documents/?parent={email.pk}").json()["results"]
    assert sorted(one["name"] for one in listed) == ["sea.md", "sky.txt"]
    assert outsiders_api.get(f"/api/v1/documents/?parent={email.pk}").json()["results"] == []
