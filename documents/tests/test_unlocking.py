"""A locked PDF: asked for once, opened, and its password kept from everybody."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from accounts import sealing
from accounts.models import AuditLog
from accounts.tenancy import scope
from documents import queue, unlocking, uploads
from documents.models import Document
from documents.queue import NotNow
from documents.tests import samples
from tests import ingesting

pytestmark = pytest.mark.django_db
PASSWORD = " Käse-4283 "


def locked_pdf(algorithm="AES-256", password=PASSWORD, owner_password="owner"):
    plain = PdfReader(io.BytesIO(samples.pdf("The secret is copper-granite-4283")))
    writer = PdfWriter(clone_from=plain)
    writer.encrypt(password, owner_password, algorithm=algorithm)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def fresh(document):
    with scope(document.owner):
        return Document.objects.get(pk=document.pk)


def ingested(document):
    ingesting.ingest(document.pk, document.owner_id)
    return fresh(document)


@pytest.fixture
def locked(owner):
    with scope(owner):
        document, _ = uploads.add_document(owner, ContentFile(locked_pdf(), "locked.pdf"))
    return ingested(document)


def unlock(document, password, actor):
    with scope(actor):
        return unlocking.unlock(document, password, actor=actor)


def test_a_locked_pdf_asks_for_its_password(locked):
    assert (locked.status, locked.error_code) == ("error", "password_needed")
    assert locked.error_message == "This PDF is locked. Enter its password to have it read."
    assert locked.asks_for_password


@pytest.mark.parametrize("algorithm", ["AES-256", "AES-128", "RC4-128", "RC4-40"])
def test_the_right_password_opens_it_and_is_not_asked_for_again(owner, algorithm):
    content = locked_pdf(algorithm, password="copper")
    with scope(owner):
        document, _ = uploads.add_document(owner, ContentFile(content, "locked.pdf"))
    ingested(document)
    unlock(document, "copper", owner)
    assert ingested(document).status == "ready"
    with scope(owner):
        queue.reprocess(document, actor=owner)
    again = ingested(document)
    assert again.status == "ready"
    with scope(owner):
        assert "copper-granite-4283" in again.text.content


def test_a_wrong_password_is_forgotten_and_asked_for_again(locked, owner):
    unlock(locked, "wrong", owner)
    after = ingested(locked)
    assert (after.status, after.error_code) == ("error", "wrong_password")
    assert after.sealed_password == ""
    assert after.asks_for_password
    unlock(locked, PASSWORD, owner)
    assert ingested(locked).status == "ready"


def test_only_the_owners_password_leaves_a_pdf_open(owner):
    content = locked_pdf(password="", owner_password="owner")
    with scope(owner):
        document, _ = uploads.add_document(owner, ContentFile(content, "open.pdf"))
    assert ingested(document).status == "ready"


def test_a_document_that_does_not_wait_for_one_refuses_it(owner, make_document):
    document = make_document(owner)
    with pytest.raises(NotNow):
        unlock(document, "anything", owner)
    assert fresh(document).sealed_password == ""


def test_the_password_is_sealed_for_its_document_alone(locked, owner, make_document):
    unlock(locked, PASSWORD, owner)
    kept = fresh(locked).sealed_password
    assert PASSWORD not in kept
    assert sealing.unseal(kept) == f"{locked.pk}:{PASSWORD}"
    other = make_document(owner)
    other.sealed_password = kept
    assert unlocking._password(other) == ""


def test_the_password_stands_in_no_audit_row_and_no_log(locked, owner, caplog, capfd):
    unlock(locked, PASSWORD, owner)
    ingested(locked)
    unlock_rows = AuditLog.objects.filter(action="document.unlock", resource_id=locked.pk)
    with scope(owner):
        [row] = unlock_rows
        rows = str(list(AuditLog.objects.values()))
    assert row.actor_id == owner.pk
    printed = capfd.readouterr()
    for text in (rows, caplog.text, printed.out, printed.err):
        assert PASSWORD.strip() not in text


def test_the_api_takes_it_without_ever_giving_it_back(locked, api):
    url = reverse("api-documents-unlock", args=[locked.pk])
    answer = api.post(url, {"password": PASSWORD})
    assert (answer.status_code, answer.data["status"]) == (202, "pending")
    assert PASSWORD.strip() not in answer.content.decode()
    assert api.post(url, {"password": PASSWORD}).status_code == 409
    assert ingested(locked).status == "ready"


def test_the_api_wants_a_password_of_a_sensible_length(locked, api):
    url = reverse("api-documents-unlock", args=[locked.pk])
    for body in ({}, {"password": ""}, {"password": "x" * 201}):
        assert api.post(url, body).status_code == 400
    assert fresh(locked).status == "error"


def test_an_outsider_finds_no_document_to_unlock(locked, outsiders_api, client, outsider):
    url = reverse("api-documents-unlock", args=[locked.pk])
    assert outsiders_api.post(url, {"password": PASSWORD}).status_code == 404
    client.force_login(outsider)
    page = client.post(reverse("documents:unlock", args=[locked.pk]), {"password": PASSWORD})
    assert page.status_code == 404
    assert fresh(locked).sealed_password == ""


def test_guesses_are_counted_apart_and_end(locked, client, owner, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"secrets": 2}
    client.force_login(owner)
    url = reverse("documents:unlock", args=[locked.pk])
    statuses = [client.post(url, {"password": ""}).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


def test_page_and_row_show_a_form_that_opens_it(locked, client, owner):
    client.force_login(owner)
    url = reverse("documents:unlock", args=[locked.pk])
    for page in (reverse("documents:detail", args=[locked.pk]), reverse("documents:list")):
        shown = client.get(page).content.decode()
        assert f'action="{url}"' in shown
        assert (
            'type="password" name="password" required maxlength="200" autocomplete="off"' in shown
        )
    client.post(url, {"password": PASSWORD})
    assert ingested(locked).status == "ready"
    assert url not in client.get(reverse("documents:list")).content.decode()


def test_new_encryption_keys_seal_it_anew(locked, owner, settings, capsys):
    settings.CREDENTIAL_KEYS = ["QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="]
    unlock(locked, PASSWORD, owner)
    settings.CREDENTIAL_KEYS = [
        "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=",
        *settings.CREDENTIAL_KEYS,
    ]
    call_command("rotate_credential_keys")
    assert "1 passwords of documents are encrypted with the first key." in capsys.readouterr().out
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    assert ingested(locked).status == "ready"
