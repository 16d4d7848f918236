"""Files dropped into a conversation."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7

from accounts.models import User
from conversations.models.conversation import Conversation
from documents.models import Document


class Attachment(models.Model):
    """A document of the person who dropped it, read in this conversation and nowhere else.

    `owner` is the conversation's, so that it goes with it; upkeep deletes the document then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="attachments"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="attachment")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.document_id} in {self.conversation_id}"
