"""What django-allauth tells us, noted in the audit log of the person it is about."""

from __future__ import annotations

from allauth.account import signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit, second_factor
from accounts.models import User
from accounts.tenancy import scope


def _note(action: str, user: User, **metadata: str) -> None:
    with scope(user):  # these pages are open to strangers, so no scope stands around them
        audit.record(action, actor=user, resource=user, metadata=metadata)


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


@receiver(mfa_signals.authenticator_added)
def second_factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: object
) -> None:
    second_factor.note_shown(request, authenticator)
    _note("account.second_factor_add", user, type=authenticator.type)


@receiver(mfa_signals.authenticator_reset)
def recovery_codes_renewed(user: User, **_: object) -> None:
    _note("account.recovery_codes", user)


@receiver(mfa_signals.authenticator_removed)
def second_factor_removed(user: User, authenticator: Authenticator, **_: object) -> None:
    _note("account.second_factor_remove", user, type=authenticator.type)


@receiver(mfa_signals.authentication_failed)
def second_factor_refused(user: User, authenticator: Authenticator, **_: object) -> None:
    _note("account.second_factor_refused", user, type=authenticator.type)
