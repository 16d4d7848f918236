"""Closing an account: at once for everybody else, erased only after a time to undo it."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from accounts import audit, keys, provider_keys
from accounts.models import AuditPerson, Invitation, KeptEmail, PendingTask, User

UNDO = dt.timedelta(days=7)

# Sent with `user` before the rows go: time for other rooms to let go of what no cascade reaches.
erasing = Signal()


def close_account(user: User, *, actor: User | None = None) -> None:
    """Nobody signs in any more, every key stops, provider keys left with us are gone.

    Call inside the person's scope. `actor` is who does it, where it is not the person.
    """
    actor = actor or user
    keys.revoke_all(user, actor=actor)
    provider_keys.remove_all(user, actor=actor)
    user.is_active, user.deleted_at = False, timezone.now()
    user.save(update_fields=["is_active", "deleted_at", "updated_at"])
    audit.record("account.close", actor=actor, owner_id=user.pk, resource=user)


def reopen_account(user: User, *, actor: User) -> None:
    """Undo the closing; the keys stay revoked. Call inside system()."""
    user.is_active, user.deleted_at = True, None
    user.save(update_fields=["is_active", "deleted_at", "updated_at"])
    audit.record("account.reopen", actor=actor, owner_id=user.pk, resource=user)


def closed_long_enough() -> QuerySet[User]:
    return User.objects.filter(is_active=False, deleted_at__lt=timezone.now() - UNDO)


def erase_account(user: User, *, actor: User | None = None) -> None:
    """Remove the person and all that is theirs; call inside system().

    The audit log keeps what was done, without the name, the address and the browser.
    """
    erasing.send(User, user=user)
    addresses = [user.email, *user.emailaddress_set.values_list("email", flat=True)]
    sessions = user.usersession_set.values("session_key")
    Session.objects.filter(session_key__in=sessions).delete()
    PendingTask.objects.filter(owner_id=user.pk).delete()
    KeptEmail.objects.filter(to__in=addresses).delete()
    Invitation.objects.filter(email__in=addresses).delete()
    AuditPerson.objects.filter(actor_id=user.pk).delete()
    audit.record("account.erase", actor=actor, owner_id=user.pk, resource=user)
    user.delete()
