"""The second factor of signing in: its secrets encrypted, and what this session has shown."""

from __future__ import annotations

import base64

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext

from accounts import audit
from accounts.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactorAdapter(DefaultMFAAdapter):
    """django-allauth's, with the secrets unreadable to whoever has the database alone."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "KyroChat"}


def _cipher() -> MultiFernet:
    """Made from the secret key; old ones in SECRET_KEY_FALLBACKS still read what they wrote."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("accounts.mfa", "secret", k, algorithm="sha256").digest() for k in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


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
