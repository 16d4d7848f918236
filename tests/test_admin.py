"""The staff site: every list opens, past the policies, and a failed document can be retried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import AuditLog
from accounts.models import (
    ApiKey,
    AuditPerson,
    IdempotencyKey,
    Invitation,
    PendingTask,
    ProviderCredential,
    User,
)
from accounts.staff_lists import list_of, page_of
from accounts.tenancy import scope, system
from analytics.errors import note_error
from config import health
from config.staff import figures
from conversations.models import ShareLink
from documents.models import Document
from tests.filling import fill

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def administrator(client, make_user):
    person = make_user("administrator", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def test_each_of_our_models_has_a_list(owner):
    from django.apps import apps

    ours = {
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0]
        in {"accounts", "billing", "documents", "chatbots", "conversations", "analytics"}
    }
    assert ours - set(MODELS) == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_and_rows_open_for_the_administrator(client, administrator, owner, model):
    fill(owner)
    page = client.get(list_of(model))
    assert page.status_code == 200
    assert client.get(list_of(model), {"q": "0123abc"}).status_code == 200
    for row in page.context["cl"].result_list[:1]:
        assert client.get(page_of(model, row.pk)).status_code == 200


def test_the_administration_shows_everybodys_rows_and_others_are_kept_out(
    client, administrator, owner, outsider
):
    fill(owner)
    fill(outsider)
    shown = client.get(list_of(Document)).context["cl"].result_list
    assert {document.owner for document in shown} == {owner, outsider}
    client.force_login(owner)
    assert client.get(list_of(Document)).status_code == 302


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_take_the_same_queries_however_long(
    client, administrator, owner, outsider, make_user, model, django_assert_max_num_queries
):
    fill(owner)
    client.get(list_of(model))  # content types are looked up once
    with CaptureQueriesContext(connection) as few:
        assert client.get(list_of(model)).status_code == 200
    for person in (outsider, make_user("third")):
        fill(person)
    with django_assert_max_num_queries(len(few)):
        assert client.get(list_of(model)).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_page_shows_a_secret(client, administrator, owner, model):
    fill(owner)
    held = model._default_manager.all()
    with system():
        secrets = {secret for row in held for secret in secrets_of(row)}
        keys = list(held.values_list("pk", flat=True)[:5])
    pages = [client.get(list_of(model)), *(client.get(page_of(model, key)) for key in keys)]
    shown = "".join(page.content.decode() for page in pages)
    assert [secret for secret in secrets if secret in shown] == []
    assert bool(secrets) == (model in SECRETIVE)


SECRETIVE = {ApiKey, AuditPerson, Authenticator, IdempotencyKey, Invitation, User, UserSession}
SECRETIVE |= {ProviderCredential, ShareLink}
SECRET = {
    *("password", "key_hash", "token_hash", "secret", "salt", "session_key", "data"),
    *("response_body", "request_hash"),
}


def secrets_of(row):
    for name in SECRET & {field.attname for field in row._meta.concrete_fields}:
        value = getattr(row, name)
        yield from map(str, value.values()) if isinstance(value, dict) else [value]


# -- Finding --------------------------------------------------------------------------------


def test_an_id_finds_the_object_and_what_names_it(client, administrator, owner, outsider):
    document = fill(owner)
    fill(outsider)
    found = find(client, document.pk)
    assert found["documents"] == ["sky.txt"]
    assert found["pending tasks"] == [f"document.ingest {document.pk}"]
    assert "test.filled" in str(found["audit logs"])
    assert "users" not in found


def test_an_address_finds_the_person_and_what_is_theirs(client, administrator, owner, outsider):
    fill(owner)
    fill(outsider)
    found = find(client, "Owner@example")
    assert found["users"] == [owner.email]
    assert found["documents"] == ["sky.txt"]
    with scope(owner):
        assert found["api keys"] == [str(ApiKey.objects.get())]


@pytest.mark.parametrize("request_id", ["request-to-find", "01a201e0000071f1be787dec0a8fc8bc"])
def test_a_request_id_finds_what_the_request_left(client, administrator, owner, request_id):
    client.force_login(owner)
    form = {"name": "key", "lifetime": "30", "scopes": ["search:read"]}
    client.post("/settings/keys/", form, headers={"X-Request-ID": request_id})
    note_error("web", ValueError("broke"), request_id=request_id)
    client.force_login(administrator)
    found = find(client, request_id)
    assert len(found["audit logs"]) == 1
    assert found["error logs"] == [f"ValueError ({request_id})"]


def test_what_is_nowhere_is_said_plainly(client, administrator):
    page = client.get("/admin/find/", {"q": "\x00no-such-request"})
    assert "Nothing in the database." in page.content.decode()


def test_staff_find_only_what_they_may_see(client, make_user, owner):
    fill(owner)
    staff = make_user("staff", is_staff=True)
    client.force_login(staff)
    assert find(client, owner.email) == {}
    staff.user_permissions.add(Permission.objects.get(codename="view_document"))
    assert list(find(client, owner.email)) == ["documents"]


def find(client, term) -> dict[str, list[str]]:
    found = client.get("/admin/find/", {"q": str(term)}).context["found"]
    return {table.name: [row.text for row in table.rows] for table in found}


# -- The start page -------------------------------------------------------------------------


def test_the_start_page_tells_how_it_stands(client, administrator, owner, monkeypatch):
    monkeypatch.setitem(health.PARTS, "workers", lambda: None)
    failed = fill(owner)
    with scope(owner):
        Document.objects.filter(pk=failed.pk).update(status="error", error_message="Torn.")
        PendingTask.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    note_error("web", KeyError("lamp"))
    page = client.get("/admin/")
    view = page.context["overview"]
    shown = {
        figure.label: (figure.value, figure.tone)
        for group in (view.work, view.documents, view.answers, view.people, view.search)
        for figure in group
    }
    assert shown["document.ingest"] == (1, "")
    assert shown["Oldest due work"] == ("5\xa0minutes", "danger")
    assert (shown["Failed"], shown["Ready"]) == ((1, "danger"), (0, ""))
    assert shown["Errors in a day"] == (1, "danger")
    assert shown["People"] == (2, "")
    assert shown["Reads and searches"] == ("fake", "")
    assert [document.error_message for document in view.failed] == ["Torn."]
    assert [error["error_type"] for error in view.errors] == ["KeyError"]


def test_the_start_page_takes_the_same_queries_however_much_there_is(
    client, administrator, owner, outsider, monkeypatch, django_assert_num_queries
):
    monkeypatch.setitem(health.PARTS, "workers", lambda: None)
    fill(owner)
    with system(), django_assert_num_queries(10):
        figures.overview()
    fill(outsider)
    note_error("web", KeyError("lamp"))
    with system(), django_assert_num_queries(10):
        figures.overview()


def test_every_figure_of_the_start_page_leads_to_a_list(client, administrator, owner):
    fill(owner)
    view = client.get("/admin/").context["overview"]
    links = [figure.url for group in (view.work, view.documents, view.answers) for figure in group]
    links += [figure.url for figure in (*view.people, *view.search)] + [
        error["url"] for error in view.errors
    ]
    assert {client.get(link).status_code for link in links} == {200}


# -- Acting ---------------------------------------------------------------------------------


def test_a_failed_document_is_found_by_its_reason_and_tried_again(client, administrator, owner):
    document = fill(owner)
    with scope(owner):
        document.status, document.error_code = "error", "no_text"
        document.error_message = "There is no text in it."
        document.save()
    for wanted in ({"error_code": "no_text"}, {"outcome": "failed"}, {"outcome": "failed-today"}):
        found = client.get(list_of(Document), wanted).context["cl"].result_list
        assert list(found) == [document]
    page = client.get(page_of(Document, document.pk)).content.decode()
    assert "There is no text in it." in page
    assert page_of(User, owner.pk) in page
    client.post(list_of(Document), {"action": "retry", "_selected_action": str(document.pk)})
    with scope(owner):
        assert Document.objects.get().status == "pending"
        retried = AuditLog.objects.get(action="document.reprocess")
        assert retried.actor_id == administrator.pk


def test_staff_cancel_what_is_being_processed(client, administrator, owner):
    document = fill(owner)
    with scope(owner):
        Document.objects.filter(pk=document.pk).update(status="processing")
    picked = {"action": "cancel", "_selected_action": str(document.pk)}
    client.post(list_of(Document), picked)
    page = client.post(list_of(Document), picked, follow=True)
    assert "is not being processed" in page.content.decode()
    with scope(owner):
        assert Document.objects.get().error_code == "cancelled"


def test_a_person_is_closed_opened_and_erased_by_superusers_alone(
    client, administrator, make_user, owner
):
    staff = make_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    client.force_login(staff)
    act_on(client, "close", owner)
    assert User.objects.get(pk=owner.pk).is_active
    client.force_login(administrator)
    act_on(client, "erase", owner)  # not closed: nothing happens
    for action, is_active in (("close", False), ("open_again", True), ("close", False)):
        act_on(client, action, owner)
        assert User.objects.get(pk=owner.pk).is_active is is_active
    act_on(client, "close", administrator)
    act_on(client, "erase", owner)
    assert list(User.objects.filter(is_superuser=True, is_active=True)) == [administrator]
    assert not User.objects.filter(pk=owner.pk).exists()


def act_on(client, action: str, person: User) -> None:
    client.post(list_of(User), {"action": action, "_selected_action": str(person.pk)})


def test_staff_cannot_become_other_staff(client, make_user, owner):
    boss = make_user("boss", is_staff=True, is_superuser=True)
    colleague, staff = make_user("colleague", is_staff=True), make_user("staff", is_staff=True)
    may = ["view_user", "change_user", "delete_user"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(staff)
    passwords = {"password1": "stolen horse 99", "password2": "stolen horse 99"}
    for person, status in ((boss, 403), (colleague, 403), (owner, 302)):
        url = f"/admin/accounts/user/{person.pk}/password/"
        assert client.post(url, passwords | {"usable_password": "true"}).status_code == status
    boss.refresh_from_db()
    assert not boss.check_password("stolen horse 99")
    form = page_of(User, boss.pk)
    assert client.post(form, {"email": "eve@example.com"}).status_code == 403
    picked = {"action": "delete_selected", "_selected_action": str(boss.pk), "post": "yes"}
    client.post(list_of(type(boss)), picked)
    assert type(boss).objects.filter(pk=boss.pk).exists()
