"""What happened, for dashboards, and what went wrong, for the people who mend it."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from uuid_utils.compat import uuid7


class UsageEvent(models.Model):
    """One measured event, written from signals. Append-only, partitioned by month."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    chatbot_id = models.UUIDField(null=True)
    metric_type = models.CharField(max_length=40)
    value = models.FloatField(default=1)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [
            models.Index(
                "owner_id", "metric_type", F("created_at").desc(), name="usageevent_owner_metric"
            )
        ]

    def __str__(self) -> str:
        return self.metric_type


class ErrorLog(models.Model):
    """An unexpected error of a request or a task; staff find it by its request id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.CharField(max_length=20)
    error_type = models.CharField(max_length=120)
    error_message = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, db_index=True)
    group = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.error_type} ({self.request_id})"
