"""The same request twice does its work once: keys that clients choose, kept for a day.

A key's row is written in the transaction that does the work, so both are there or neither is.
Who works holds an advisory lock until that transaction ends; a process that dies lets go of it.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import connection, models
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.sealing import seal, unseal


class Running(Exception):
    """Another request with this key is at work."""


class Mismatch(Exception):
    """This key was sent with another request before."""


def in_a_day() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=1)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def expired(self) -> IdempotencyKeyQuerySet:
        return self.filter(expires_at__lte=timezone.now())


class IdempotencyKey(models.Model):
    """One request of one person and what was answered to it.

    The body is kept encrypted, since it may show a secret that is stored nowhere else. An answer
    that is written for long is not kept here: `object_id` names the message to tell it from.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_body = models.TextField(blank=True, editable=False)
    object_id = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField(default=in_a_day)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotencykey_once_per_owner")
        ]
        indexes = [models.Index("expires_at", name="idempotencykey_expires")]

    def __str__(self) -> str:
        return self.key

    @property
    def body(self) -> str:
        """Raises Unreadable."""
        return unseal(self.response_body)


def find_earlier(owner_id: UUID, key: str, request_hash: str) -> IdempotencyKey | None:
    """What was answered to this request; None when the work is to be done, by the caller alone.

    Call it in the transaction of the work. Raises Running or Mismatch.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 8))", [f"{owner_id} {key}"]
        )
        if not cursor.fetchone()[0]:
            raise Running
    found = IdempotencyKey.objects.filter(owner_id=owner_id, key=key).first()
    if found is None or found.expires_at <= timezone.now():
        return None
    if found.request_hash != request_hash:
        raise Mismatch
    return found


def remember(
    owner_id: UUID,
    key: str,
    request_hash: str,
    *,
    answer: tuple[int, str] | None = None,
    object_id: UUID | None = None,
) -> None:
    """Keep the answer (status and body) or the object to tell it from, with the work itself."""
    status, body = answer or (None, "")
    row = IdempotencyKey(
        owner_id=owner_id,
        key=key,
        request_hash=request_hash,
        response_status=status,
        response_body=seal(body) if body else "",
        object_id=object_id,
    )
    kept = ["request_hash", "response_status", "response_body", "object_id", "expires_at"]
    IdempotencyKey.objects.bulk_create(  # in place of one that has expired
        [row], update_conflicts=True, unique_fields=["owner", "key"], update_fields=kept
    )


def forget_expired() -> int:
    """Call it inside system()."""
    return IdempotencyKey.objects.expired().delete()[0]
