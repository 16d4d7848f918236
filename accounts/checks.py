"""Start-up checks: settings that would let tenants meet, or strangers in, are refused."""

from __future__ import annotations

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, Tags, register

from accounts.tenancy import refuse_unsafe_role


@register(Tags.database)
def role_is_bound_by_policies(databases: list[str] | None = None, **_: object) -> list[Error]:
    """Runs with `check --database default`: before serving, not at every command."""
    if not databases:
        return []
    reason = refuse_unsafe_role()
    return [Error(reason, id="kyro.E001")] if reason else []


@register()
def signup_mode_is_known(**_: object) -> list[Error]:
    if settings.SIGNUP in {"open", "invite", "closed"}:
        return []
    return [Error("KYRO_SIGNUP must be open, invite or closed.", id="kyro.E002")]


@register()
def credential_keys_can_be_used(**_: object) -> list[Error]:
    return [
        Error(f"KYRO_CREDENTIAL_KEYS: key {number} is not a Fernet key.", id="kyro.E003")
        for number, key in enumerate(settings.CREDENTIAL_KEYS, start=1)
        if not _is_fernet_key(key)
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
