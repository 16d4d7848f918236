"""What was used."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class RequestType(models.TextChoices):
    CHAT = "chat", _("chat")
    RAG = "rag", _("answer from documents")
    EMBEDDING = "embedding", _("embedding")
    TOOL = "tool", _("tool")
    IMAGE = "image", _("image")
    WORKFLOW = "workflow", _("workflow")
    PREDICTION = "prediction", _("prediction")


class UsageRecord(models.Model):
    """One use of a model. Append-only, partitioned by month; its references are plain ids."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    request_type = models.CharField(max_length=20, choices=RequestType)
    model = models.CharField(max_length=120)
    tokens_input = models.BigIntegerField(default=0)
    tokens_output = models.BigIntegerField(default=0)
    exact = models.BooleanField(default=False)
    price = models.JSONField(default=dict)
    credits_used = models.BigIntegerField(default=0)
    latency_ms = models.IntegerField(null=True)
    chatbot_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tokens_input__gte=0, tokens_output__gte=0, credits_used__gte=0),
                name="usage_positive",
            ),
            models.CheckConstraint(
                condition=Q(request_type__in=RequestType.values), name="usage_request_type"
            ),
        ]
        indexes = [
            models.Index("user_id", F("created_at").desc(), name="usage_user_created"),
            models.Index("user_id", "request_type", name="usage_user_type"),
        ]

    def __str__(self) -> str:
        return f"{self.request_type} {self.model}"


class DailyUsage(models.Model):
    """What one person used on one day of theirs. Written by triggers; never falls.

    A day has the time zone in which it began (`billing_today`).
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    date = models.DateField(db_index=True)
    zone = models.CharField(max_length=64, default="UTC")
    ends_at = models.DateTimeField()
    tokens_used = models.BigIntegerField(default=0)
    messages_sent = models.IntegerField(default=0)
    documents_uploaded = models.IntegerField(default=0)
    conversations_created = models.IntegerField(default=0)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["user", "date"], name="dailyusage_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.date}"


class UsageAlert(models.Model):
    """A mail that told how much of a limit was used; once a limit, percent and period."""

    class Limit(models.TextChoices):
        CREDITS = "credits", _("credits")
        TOKENS = "token_limit_daily", _("tokens a day")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    limit = models.CharField(max_length=30, choices=Limit)
    percent = models.PositiveSmallIntegerField()
    period_start = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "limit", "percent", "period_start"], name="usagealert_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.limit} {self.percent}%"
