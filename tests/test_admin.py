"""The staff site: every list opens, past the policies, and a failed document can be retried."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.audit import AuditLog
from accounts.tenancy import scope
from documents.models import Document
from tests.filling import fill

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def administrator(client, make_user):
    person = make_user("administrator", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def list_of(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


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
        kind = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        assert client.get(reverse(kind, args=[row.pk])).status_code == 200


def test_the_administration_shows_everybodys_rows_and_others_are_kept_out(
    client, administrator, owner, outsider
):
    fill(owner)
    fill(outsider)
    shown = client.get(list_of(Document)).context["cl"].result_list
    assert {document.owner for document in shown} == {owner, outsider}
    client.force_login(owner)
    assert client.get(list_of(Document)).status_code == 302


def test_a_failed_document_is_found_by_its_reason_and_tried_again(client, administrator, owner):
    document = fill(owner)
    with scope(owner):
        document.status, document.error_code = "error", "no_text"
        document.save()
    found = client.get(list_of(Document), {"error_code": "no_text"}).context["cl"].result_list
    assert list(found) == [document]
    client.post(list_of(Document), {"action": "retry", "_selected_action": str(document.pk)})
    with scope(owner):
        assert Document.objects.get().status == "pending"
        retried = AuditLog.objects.get(action="document.reprocess")
        assert retried.actor_id == administrator.pk


def test_staff_cannot_become_other_staff(client, make_user, owner):
    boss = make_user("boss", is_staff=True, is_superuser=True)
    colleague, staff = make_user("colleague", is_staff=True), make_user("staff", is_staff=True)
    may = ["view_user", "change_user", "delete_user"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(staff)
    passwords = {"password1": "stolen horse 99", "password2": "stolen horse 99"}
    for person, status in ((boss, 403), (colleague, 403), (owner, 302)):
        url = reverse("admin:auth_user_password_change", args=[person.pk])
        assert client.post(url, passwords | {"usable_password": "true"}).status_code == status
    boss.refresh_from_db()
    assert not boss.check_password("stolen horse 99")
    form = reverse("admin:accounts_user_change", args=[boss.pk])
    assert client.post(form, {"email": "eve@example.com"}).status_code == 403
    picked = {"action": "delete_selected", "_selected_action": str(boss.pk), "post": "yes"}
    client.post(list_of(type(boss)), picked)
    assert type(boss).objects.filter(pk=boss.pk).exists()


def test_audit_rows_are_found_by_request_id(client, administrator, owner):
    client.force_login(owner)
    headers = {"X-Request-ID": "request-to-find"}
    form = {"name": "key", "lifetime": "30", "scopes": ["search:read"]}
    client.post("/settings/keys/", form, headers=headers)
    client.force_login(administrator)
    page = client.get(list_of(AuditLog), {"q": "request-to-find"})
    assert [row.action for row in page.context["cl"].result_list] == ["api_key.create"]
