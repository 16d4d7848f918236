"""What people think of an answer, or of a whole conversation."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from conversations.models.conversation import Conversation
from conversations.models.message import Message


class Feedback(models.Model):
    """One person's verdict on one answer; without a message, on the conversation."""

    class Rating(models.TextChoices):
        UP = "up", _("good")
        DOWN = "down", _("bad")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="feedback"
    )
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="feedback"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    rating = models.CharField(_("rating"), max_length=4, choices=Rating)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    comment = models.CharField(_("comment"), max_length=2_000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "message", "user"],
                condition=Q(message__isnull=False),
                name="feedback_once_per_message",
            ),
            models.UniqueConstraint(
                fields=["conversation", "user"],
                condition=Q(message__isnull=True),
                name="feedback_once_per_conversation",
            ),
            models.CheckConstraint(condition=Q(rating__in=["up", "down"]), name="feedback_rating"),
        ]
        indexes = [models.Index("owner", F("created_at").desc(), name="feedback_owner_created")]

    def __str__(self) -> str:
        return f"{self.rating} for {self.message_id or self.conversation_id}"
