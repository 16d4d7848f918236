"""API keys: `kyro_<public id>_<secret><checksum>`, shown once, kept as a hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import zlib
from collections.abc import Callable
from uuid import UUID

from accounts import audit, rows
from accounts.models import ApiKey, Project, User

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SCOPES = (
    "account:read",
    "account:write",
    "documents:read",
    "documents:write",
    "search:read",
    "chatbots:read",
    "chatbots:write",
    "conversations:read",
    "conversations:write",
    "projects:read",
    "projects:write",
    "usage:read",
    "billing:read",
    "billing:write",
)
FIND = (
    f"SELECT {rows.columns(ApiKey, 'k')}, {rows.columns(User, 'u')}"  # noqa: S608 – names
    " FROM accounts_find_key(%s) k JOIN accounts_user u ON u.id = k.user_id AND u.is_active"
)
# The chatbots a person's key may be limited to, ids and names: set by their room, further up.
chatbots_of: Callable[[User], dict[UUID, str]]


def projects_of(user: User) -> dict[UUID, str]:
    """The projects it may be limited to: those the person is a member of."""
    visible = Project.objects.visible_to(user).order_by("name", "pk")
    return dict(visible.values_list("pk", "name"))


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    """Six characters that let a mistyped or cut key be told from a revoked one, without a query."""
    return f"{zlib.crc32(body.encode()):08x}"[:6]


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    user: User,
    name: str,
    *,
    scopes: list[str] | None = None,
    expires_at: dt.datetime | None = None,
    chatbot_id: UUID | None = None,
    project_id: UUID | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which exists nowhere afterwards.

    44 characters of 57 are more than 32 random bytes. No scopes named means every scope; an
    empty list grants nothing. The caller has seen to it that the person may use the chatbot and
    the project.
    """
    prefix = f"kyro_{_random(8)}"
    body = f"{prefix}_{_random(44)}"
    secret = body + _checksum(body)
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        key_hash=digest(secret),
        scopes=list(SCOPES) if scopes is None else scopes,
        expires_at=expires_at,
        chatbot_id=chatbot_id,
        project_id=project_id,
    )
    audit.record("api_key.create", actor=user, resource=key, metadata={"name": name})
    return key, secret


def is_well_formed(secret: str) -> bool:
    return secret.startswith("kyro_") and secret[-6:] == _checksum(secret[:-6])


def find(secret: str) -> ApiKey | None:
    """The active key with this secret, its person loaded; notes the use (once a minute).

    Runs before any scope, so the look-up is a SECURITY DEFINER function of migration 0002. Nothing
    is kept between requests: a key that was revoked opens nothing from that moment on.
    """
    if not is_well_formed(secret):
        return None
    row = rows.first(FIND, [digest(secret)])
    if row is None:
        return None
    width = len(ApiKey._meta.concrete_fields)
    key = rows.loaded(ApiKey, row[:width])
    key.user = rows.loaded(User, row[width:])
    return key


def revoke_all(user: User, *, actor: User) -> int:
    """Returns how many there were; call inside the person's scope."""
    issued = list(ApiKey.objects.for_user(user))
    for key in issued:
        revoke(key, actor=actor)
    return len(issued)


def revoke(key: ApiKey, *, actor: User) -> None:
    audit.record(
        "api_key.revoke",
        actor=actor,
        owner_id=key.user_id,
        resource=key,
        metadata={"name": key.name},
    )
    key.delete()
