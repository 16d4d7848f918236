"""Messages: rows with parents, citations and how each answer ended."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from conversations.models.conversation import Conversation


class MessageQuerySet(models.QuerySet["Message"]):
    def for_user(self, user: User) -> MessageQuerySet:
        return self.filter(conversation__in=Conversation.objects.for_user(user))

    def in_order(self) -> MessageQuerySet:
        return self.order_by("message_index")


class Message(models.Model):
    class Role(models.TextChoices):
        USER = "user", _("you")
        ASSISTANT = "assistant", _("chatbot")
        SYSTEM = "system", _("system")
        TOOL = "tool", _("tool")

    class Status(models.TextChoices):
        STREAMING = "streaming", _("answering")
        COMPLETE = "complete", _("complete")
        STOPPED = "stopped", _("stopped")
        INCOMPLETE = "incomplete", _("incomplete")
        ERROR = "error", _("error")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    role = models.CharField(max_length=10, choices=Role)
    content = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.COMPLETE)
    producer_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    reservation_id = models.UUIDField(null=True, blank=True)
    message_index = models.IntegerField()
    tokens_input = models.IntegerField(default=0)
    tokens_output = models.IntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    model_used = models.CharField(max_length=120, blank=True)
    citations = models.JSONField(default=list, blank=True)
    context = models.JSONField(default=list, blank=True)
    tool_calls = models.JSONField(default=list, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    processing_time_ms = models.IntegerField(null=True, blank=True)
    first_token_ms = models.IntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    search_text = models.TextField(blank=True)
    content_tsv = models.GeneratedField(
        expression=SearchVector("search_text", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["message_index"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "message_index"], name="message_once_per_conversation"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["user", "assistant", "system", "tool"]), name="message_role"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["streaming", "complete", "stopped", "incomplete", "error"]),
                name="message_status",
            ),
            models.CheckConstraint(
                condition=Q(tokens_input__gte=0, tokens_output__gte=0), name="message_tokens"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("content"), 200_000), name="message_content_length"
            ),
        ]
        indexes = [
            models.Index("conversation", "role", name="message_conversation_role"),
            models.Index("owner", F("created_at").desc(), name="message_owner_created"),
            models.Index("lease_until", name="message_streaming", condition=Q(status="streaming")),
            GinIndex(fields=["content_tsv"], name="message_tsv"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.message_index}"

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.STREAMING

    @property
    def query(self) -> str:
        """What was searched for; empty where it is the question itself."""
        return self.metadata.get("query", "")

    @property
    def claims(self) -> list[dict[str, Any]]:
        """Cited statements, content[start:end], and whether their sources say so."""
        return self.metadata.get("claims", [])

    @property
    def summary(self) -> dict[str, Any] | None:
        """What was made for this answer of the turns that did not fit: text (empty: they were
        left out), until (the id of the last of them), turns (how many)."""
        return self.metadata.get("summary")

    def as_event(self) -> dict[str, Any]:
        """The message as the API and the `message.completed` event show it."""
        return {
            "id": str(self.pk),
            "conversation": str(self.conversation_id),
            "parent": str(self.parent_id) if self.parent_id else None,
            "role": self.role,
            "content": self.content,
            "status": self.status,
            "citations": self.citations,
            "claims": self.claims,
            "query": self.query,
            "tool_calls": self.tool_calls,
            "summary": self.summary,
            "model_used": self.model_used,
            "tokens_input": self.tokens_input,
            "tokens_output": self.tokens_output,
            "credits": self.cost,
            "processing_time_ms": self.processing_time_ms,
            "first_token_ms": self.first_token_ms,
            "error_code": self.error_code,
            "error_message": self.error_message,
            "created_at": self.created_at.isoformat().replace("+00:00", "Z"),
        }

    def recalled(self) -> dict[str, Any]:
        """The same, with all that the other events of an answer tell."""
        return {**self.as_event(), "context": self.context}
