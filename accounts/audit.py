"""Who did what, in a chain per owner that shows tampering; personal details apart, erasable."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import models
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger("audit")


class AuditLogQuerySet(models.QuerySet["AuditLog"]):
    def for_user(self, user: User) -> AuditLogQuerySet:
        return self.filter(owner_id=user.pk)


class AuditLog(models.Model):
    """One act. Append-only, partitioned by month; a trigger chains the digests per owner."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    resource_type = models.CharField(max_length=40, blank=True)
    resource_id = models.UUIDField(null=True)
    metadata = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    person_digest = models.CharField(max_length=64, blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    objects = AuditLogQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index("owner_id", models.F("created_at").desc(), name="audit_owner_created"),
            models.Index("actor_id", "action", name="audit_actor_action"),
            models.Index("resource_type", "resource_id", name="audit_resource"),
            models.Index("request_id", name="audit_request"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.resource_type} {self.resource_id or ''}".strip()


class AuditPerson(models.Model):
    """The personal part of an audit row (same id), removed when its person is erased."""

    id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField(db_index=True)
    actor_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.CharField(max_length=254, blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    salt = models.CharField(max_length=32)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        app_label = "accounts"

    def __str__(self) -> str:
        return self.email

    def digest(self) -> str:
        parts = [self.salt, self.name, self.email, self.ip_address or "", self.user_agent]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def record(
    action: str,
    *,
    actor: User | None,
    owner_id: UUID | None = None,
    resource: models.Model | None = None,
    metadata: dict[str, Any] | None = None,
) -> AuditLog:
    """Write one audit row for the owner (the actor, unless told otherwise), in this transaction.

    The request id and the client's address come from the request's log context.
    """
    if owner_id is None:
        if actor is None:
            raise ValueError("an audit row needs an owner or an actor")
        owner_id = actor.pk
    context = structlog.contextvars.get_contextvars()
    entry = AuditLog(
        owner_id=owner_id,
        actor_id=actor.pk if actor else None,
        action=action,
        resource_type=resource._meta.model_name or "" if resource else "",
        resource_id=resource.pk if resource else None,
        metadata=metadata or {},
        request_id=context.get("request_id", ""),
    )
    if actor:
        person = AuditPerson(
            id=entry.id,
            owner_id=entry.owner_id,
            actor_id=actor.pk,
            name=actor.full_name,
            email=actor.email,
            ip_address=context.get("client_address"),
            user_agent=context.get("user_agent", "")[:300],
            salt=secrets.token_hex(16),
        )
        entry.person_digest = person.digest()
        person.save(force_insert=True)
    entry.save(force_insert=True)
    log.info(action, resource=entry.resource_type, resource_id=str(entry.resource_id or ""))
    return entry
