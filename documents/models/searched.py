"""What was searched for, by whom for what, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User


class SearchLogQuerySet(models.QuerySet["SearchLog"]):
    def for_user(self, user: User) -> SearchLogQuerySet:
        return self.filter(owner=user)

    def newest_first(self) -> SearchLogQuerySet:
        return self.order_by("-created_at", "-id")


class SearchLog(models.Model):
    """One search. `scope` says where it looked and with what parameters, `results` which passages
    came back, best first: [{"chunk_id", "document_id", "score", "near_rank", "matching_rank"}]."""

    class Origin(models.TextChoices):
        CHAT = "chat", _("chat")
        BENCH = "bench", _("retrieval bench")
        API = "api", _("API")
        PAGE = "page", _("library search")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    chatbot_id = models.UUIDField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin)
    query = models.CharField(max_length=2_000)
    scope = models.JSONField(default=dict)
    results = models.JSONField(default=list)
    latency_ms = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchLogQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=["chat", "bench", "api", "page"]), name="searchlog_origin"
            )
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="searchlog_owner"),
            models.Index("created_at", name="searchlog_created"),
        ]

    def __str__(self) -> str:
        return self.query[:80]
