"""What a person thinks of an answer or a conversation: one verdict each, that may be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from conversations.models import Conversation, Feedback, Message
from conversations.signals import feedback_given

# What is wrong with an answer, in the order people are asked. A comment may say more.
REASONS = {
    "wrong": _("It is wrong"),
    "not_supported": _("The sources do not say so"),
    "incomplete": _("Something is missing"),
    "not_found": _("It should have found the answer"),
    "off_topic": _("It answers something else"),
    "style": _("I do not like how it is said"),
    "other": _("Something else"),
}


@dataclass(frozen=True)
class Verdict:
    rating: str
    reason: str = ""
    comment: str = ""


def give(
    user: User, conversation: Conversation, verdict: Verdict, message: Message | None = None
) -> tuple[Feedback, bool]:
    """Note the verdict instead of an earlier one; whether it is the first. Call it in a scope."""
    feedback, is_new = Feedback.objects.update_or_create(
        conversation=conversation,
        message=message,
        user=user,
        defaults={
            "owner_id": conversation.owner_id,
            "rating": verdict.rating,
            "reason": verdict.reason,
            "comment": verdict.comment.strip(),
        },
    )
    _tell(user, feedback, "feedback.give")
    return feedback, is_new


def withdraw(user: User, conversation: Conversation, message: Message | None = None) -> bool:
    """Whether there was one."""
    rows = Feedback.objects.filter(conversation=conversation, message=message, user=user)
    feedback = rows.first()
    if feedback is None:
        return False
    _tell(user, feedback, "feedback.withdraw")
    feedback.delete()
    return True


def given(conversation: Conversation, messages: Sequence[Message]) -> dict[UUID | None, Feedback]:
    """What the person who holds the conversation thinks of its messages."""
    rows = Feedback.objects.filter(user=conversation.user_id, message__in=messages)
    return {feedback.message_id: feedback for feedback in rows}


def _tell(user: User, feedback: Feedback, act: str) -> None:
    about: dict[str, Any] = {"rating": feedback.rating, "reason": feedback.reason}
    audit.record(act, actor=user, owner_id=feedback.owner_id, resource=feedback, metadata=about)
    feedback_given.send(Feedback, feedback=feedback, is_withdrawn=act == "feedback.withdraw")
