"""Conversations, their messages, and what people do with them."""

from conversations.models.attachment import Attachment
from conversations.models.conversation import Conversation, ConversationQuerySet
from conversations.models.feedback import Feedback
from conversations.models.message import Message, MessageQuerySet
from conversations.models.share_link import ShareLink, ShareLinkQuerySet

__all__ = [
    "Attachment",
    "Conversation",
    "ConversationQuerySet",
    "Feedback",
    "Message",
    "MessageQuerySet",
    "ShareLink",
    "ShareLinkQuerySet",
]
