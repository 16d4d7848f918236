"""The command, the staff site, the pages and the checks around a change of the model."""

from __future__ import annotations

import io
import json

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from accounts.audit import AuditLog
from accounts.tenancy import system
from config import health
from documents.models import EmbeddingGeneration
from documents.reembedding import change, work
from providers import registry

pytestmark = pytest.mark.django_db
OTHER = "fake/96"
LIST = "/admin/documents/embeddinggeneration/"


@pytest.fixture
def changed_settings(owner, make_document):
    """One document, read by "fake"; the settings ask for another model."""
    document = make_document(owner)
    registry.configure(registry.ProviderSettings(chat_model="fake", embedding_model=OTHER))
    return document


@pytest.fixture
def staff(make_user):
    person = make_user("staff", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_embeddinggeneration"))
    return person


def reembed(*arguments: str) -> str:
    said = io.StringIO()
    call_command("reembed", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_begins_tells_and_cancels(changed_settings):
    assert reembed("--status").splitlines()[0] == "In use: fake"
    assert "manage.py reembed" in reembed("--status")
    assert reembed() == f"Vectors of {OTHER} are being made.\n"
    assert reembed("--status") == f"In use: fake\nBeing made: {OTHER}, 0 of 0 documents\n"
    with pytest.raises(CommandError, match="under way"):
        reembed("--model", "fake/48")
    assert reembed("--cancel") == f"The change to {OTHER} is cancelled.\n"
    with pytest.raises(CommandError, match="No change"):
        reembed("--cancel")


def test_the_command_refuses_a_model_that_is_not_there(changed_settings):
    with pytest.raises(CommandError, match="There is no embedding model named “nonsense”"):
        reembed("--model", "nonsense")
    with pytest.raises(CommandError, match="Set OPENAI_API_KEY"):
        reembed("--model", "openai/text-embedding-3-small")
    assert EmbeddingGeneration.objects.count() == 1


def test_the_check_before_serving_warns(changed_settings):
    def warnings():
        found = run_checks(databases=["default"])
        return [message.msg for message in found if message.id == "kyro.W001"]

    assert [text.partition(",")[0] for text in warnings()] == [
        f"KYRO_EMBEDDING_MODEL names {OTHER}"
    ]
    change.start()
    assert warnings() == []


def test_health_tells_that_settings_and_model_differ_and_serves(
    changed_settings, client, monkeypatch
):
    assert health.state("search_model", health.search_model) == "differs"
    monkeypatch.setattr(health.readiness, "parts", lambda: {"search_model": "differs"})
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    change.start()
    assert health.state("search_model", health.search_model) == "ok"


def test_staff_with_the_right_begin_and_cancel(client, staff, changed_settings):
    client.force_login(staff)
    page = client.get(LIST).content.decode()
    assert "KYRO_EMBEDDING_MODEL names" in page
    assert f"{LIST}begin/" not in page
    assert client.post(f"{LIST}begin/", {"model": OTHER}).status_code == 403
    assert change.future() is None
    staff.user_permissions.add(Permission.objects.get(codename="change_embeddinggeneration"))
    assert f"{LIST}begin/" in client.get(LIST).content.decode()
    client.post(f"{LIST}begin/", {"model": OTHER})
    assert change.future().model == OTHER
    page = client.get(LIST).content.decode()
    assert f"Read anew by {OTHER}" in page
    assert "0 of 0 documents" in page
    client.post(f"{LIST}cancel/")
    assert change.future() is None
    with system():
        acts = AuditLog.objects.for_user(staff).values_list("action", "metadata__model")
        assert set(acts) == {("reembed.start", OTHER), ("reembed.cancel", OTHER)}


def test_a_refusal_is_shown_with_its_reason(client, make_user, changed_settings):
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    page = client.post(f"{LIST}begin/", {"model": "nonsense"}, follow=True)
    assert "There is no embedding model named “nonsense”" in page.content.decode()
    assert EmbeddingGeneration.objects.count() == 1


def test_others_may_not_even_look(client, owner, outsider, changed_settings):
    for person in (owner, outsider):
        client.force_login(person)
        assert client.get(LIST).status_code == 302
        assert client.post(f"{LIST}begin/", {"model": OTHER}).status_code == 302
        assert client.post(f"{LIST}cancel/").status_code == 302
    assert change.future() is None


def test_the_settings_page_says_which_model_reads_and_how_far_a_change_is(
    client, owner, changed_settings
):
    client.force_login(owner)
    page = client.get("/settings/providers/").content.decode()
    assert "Documents are read for search by Fake model for tests on this machine" in page
    assert "read anew" not in page
    change.start()
    page = client.get("/settings/providers/").content.decode()
    assert "Documents are read for search by Fake model for tests on this machine" in page
    assert f"Documents are being read anew by {OTHER}" in page
    work.work()
    page = client.get("/settings/providers/").content.decode()
    assert f"Documents are read for search by {OTHER} on this machine" in page


def test_documents_tell_the_model_that_reads_them(api, changed_settings):
    def told():
        answer = api.get(f"/api/v1/documents/{changed_settings.pk}/")
        return json.loads(answer.content)["embedding_model"]

    assert told() == "fake"
    change.start()
    assert told() == "fake"
    work.work()
    assert told() == OTHER
