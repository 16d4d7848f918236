"""The second factor of signing in: its secrets encrypted, and what this session has shown."""

from __future__ import annotations

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext

from accounts import audit, sealing
from accounts.models import User

log = structlog.get_logger(__name__)

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactorAdapter(DefaultMFAAdapter):
    """django-allauth's, with the secrets unreadable to whoever has the database alone."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What no key opens any more matches no code; staff can take it away."""
        try:
            return sealing.unseal(encrypted_text)
        except sealing.Unreadable:
            log.error("second_factor_unreadable")
            return generate_totp_secret()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "KyroChat"}


def is_enrolled(user: User) -> bool:
    return is_mfa_enabled(user, FACTORS)


def is_shown(request: HttpRequest) -> bool:
    """Whether this very session has given the second factor, at sign-in or since."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def url_to_show(request: HttpRequest) -> str:
    """Where the person of this session gives the second factor, to come back here after."""
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    factor = next(way["url"] for way in ways if way["id"].startswith("mfa_"))
    return f"{factor}?{urlencode({'next': request.get_full_path()})}"


def note_shown(request: HttpRequest, authenticator: Authenticator) -> None:
    """Who has just enrolled has just used it, and need not show it again at once."""
    if authenticator.type in FACTORS:
        record_authentication(request, request.user, "mfa", type=authenticator.type)


def take_away(user: User, *, actor: User) -> None:
    """For who lost the phone and the codes: the password alone signs in again. They are told."""
    Authenticator.objects.filter(user=user).delete()
    audit.record("account.second_factor_reset", actor=actor, owner_id=user.pk, resource=user)
    staff = {"ip": gettext("the administration"), "user_agent": "KyroChat"}
    mail = get_adapter().send_notification_mail
    transaction.on_commit(lambda: mail("mfa/email/taken_away", user, staff))


def reseal_all() -> tuple[int, list[str]]:
    """Seal every secret with the first key; how many were, and the ids of those nothing opens.

    Call it inside system(). Locked meanwhile: a recovery code used just now must stay used.
    """
    sealed, unreadable = 0, []
    for held in Authenticator.objects.exclude(type="webauthn").select_for_update():
        name = "secret" if held.type == Authenticator.Type.TOTP else "seed"
        try:
            held.data[name] = sealing.reseal(held.data[name])
        except sealing.Unreadable:
            unreadable.append(str(held.pk))
            continue
        held.save(update_fields=["data"])
        sealed += 1
    return sealed, unreadable
