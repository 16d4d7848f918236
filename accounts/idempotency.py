"""The same request twice does its work once: keys that clients choose, kept for a day."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7


def in_a_day() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=1)


class IdempotencyKey(models.Model):
    """One request of one person and what was answered to it.

    `object_id` names what a streaming answer is replayed from. While it runs, `running_until` is
    the lease of the process at work; past it, that process is taken for dead.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    running_until = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_body = models.TextField(blank=True)
    response_headers = models.JSONField(default=dict, blank=True)
    object_id = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField(default=in_a_day)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotencykey_once_per_owner"),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "done"]), name="idempotencykey_state"
            ),
        ]
        indexes = [models.Index("expires_at", name="idempotencykey_expires")]

    def __str__(self) -> str:
        return self.key
