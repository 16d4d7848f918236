"""Closing an account, its seven days, and what is left of it afterwards: nothing personal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts import closing, tasks
from accounts.models import AuditLog, AuditPerson, KeptEmail, User
from accounts.tenancy import scope, system
from documents.models import Document, DocumentChunk
from documents.tasks import erase_files
from tests.filling import fill

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


class Stubborn(Exception):
    """An account that cannot be erased, for whatever reason."""


def close(user: User, days_ago: float) -> None:
    with scope(user):
        closing.close_account(user)
    User.objects.filter(pk=user.pk).update(deleted_at=timezone.now() - timedelta(days=days_ago))


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_nothing_is_erased_while_it_can_be_undone(owner, outsider):
    fill(owner)
    close(owner, days_ago=6.9)
    tasks.erase_closed()
    assert User.objects.filter(pk=owner.pk).exists()
    with system():
        closing.reopen_account(owner, actor=outsider)
    assert Client().login(username=owner.email, password=PASSWORD)


def test_after_seven_days_rows_files_and_names_are_gone_and_the_audit_chain_stays(owner, outsider):
    path = fill(owner).file.name
    fill(outsider)
    KeptEmail.objects.create(to=owner.email, subject="Code", body="1")
    close(owner, days_ago=7.1)
    tasks.erase_closed()
    erase_files()
    assert list(User.objects.all()) == [outsider]
    assert not default_storage.exists(path)
    assert not KeptEmail.objects.exists()
    with system():
        assert {document.owner for document in Document.objects.all()} == {outsider}
        assert {chunk.owner for chunk in DocumentChunk.objects.all()} == {outsider}
        assert not AuditPerson.objects.filter(actor_id=owner.pk).exists()
        kept = AuditLog.objects.filter(owner_id=owner.pk).values_list("action", flat=True)
        assert {"test.filled", "account.close", "account.erase"} <= set(kept)
        assert owner.email not in str(AuditLog.objects.filter(owner_id=owner.pk).values())


def test_an_account_that_is_only_switched_off_is_not_erased(owner):
    User.objects.update(is_active=False)
    tasks.erase_closed()
    assert User.objects.filter(pk=owner.pk).exists()


def test_one_account_that_resists_keeps_no_other(owner, outsider, monkeypatch):
    close(owner, days_ago=9)
    close(outsider, days_ago=8)
    erase = closing.erase_account

    def resist(user: User) -> None:
        if user == owner:
            raise Stubborn
        erase(user)

    monkeypatch.setattr(closing, "erase_account", resist)
    with pytest.raises(Stubborn):
        tasks.erase_closed()
    assert list(User.objects.all()) == [owner]


def test_sessions_that_are_over_are_swept_and_others_stay(owner, outsider):
    old, current = sign_in(owner), sign_in(outsider)
    Session.objects.filter(pk=old.session.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    tasks.clear_sessions()
    assert [session.pk for session in Session.objects.all()] == [current.session.session_key]
    assert [session.user for session in UserSession.objects.all()] == [outsider]
