"""What django-allauth tells us, noted in the audit log of the person it is about."""

from __future__ import annotations

from allauth.account import signals
from django.dispatch import receiver

from accounts import audit
from accounts.models import User
from accounts.tenancy import scope


def _note(action: str, user: User) -> None:
    with scope(user):  # these pages are open to strangers, so no scope stands around them
        audit.record(action, actor=user, resource=user)


@receiver(signals.user_signed_up)
def signed_up(user: User, **_: object) -> None:
    _note("account.sign_up", user)


@receiver(signals.user_logged_in)
def signed_in(user: User, **_: object) -> None:
    _note("account.sign_in", user)


@receiver(signals.user_logged_out)
def signed_out(user: User, **_: object) -> None:
    _note("account.sign_out", user)


@receiver([signals.password_changed, signals.password_set, signals.password_reset])
def password_changed(user: User, **_: object) -> None:
    _note("account.password", user)
