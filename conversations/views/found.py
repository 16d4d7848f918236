"""The rows that a chat page's address names, if the person may have them; else 404."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from chatbots import versions
from chatbots.models import Chatbot
from conversations.models import Conversation, ConversationQuerySet, Message


def own(user: User) -> ConversationQuerySet:
    return Conversation.objects.for_user(user).select_related("chatbot__published")


def own_message(user: User, pk: UUID) -> Message:
    answered = Message.objects.for_user(user).filter(role=Message.Role.ASSISTANT)
    return get_object_or_404(answered.select_related("conversation__chatbot__published"), pk=pk)


def own_question(user: User, pk: UUID) -> Message:
    asked = Message.objects.for_user(user).filter(role=Message.Role.USER)
    return get_object_or_404(asked.select_related("conversation__chatbot", "parent"), pk=pk)


def usable_chatbot(user: User, slug: str) -> Chatbot:
    """As it answers: the live preview alone shows its draft."""
    rows = Chatbot.objects.visible_to(user).select_related("published", "owner")
    return versions.in_force(get_object_or_404(rows, slug=slug))
