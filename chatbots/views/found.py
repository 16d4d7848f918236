"""The chatbot that an address names, and what every tab of its page shows about it."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from accounts import answering
from accounts.answering import Models
from accounts.models import User
from chatbots import versions
from chatbots.models import Chatbot

ROWS = ("owner", "project", "published")


def visible(user: User, slug: str) -> Chatbot:
    rows = Chatbot.objects.visible_to(user).select_related(*ROWS)
    return get_object_or_404(rows, slug=slug)


def editable(user: User, slug: str) -> Chatbot:
    rows = Chatbot.objects.editable_by(user).select_related(*ROWS)
    return get_object_or_404(rows, slug=slug)


def head_of(user: User, chatbot: Chatbot) -> dict[str, Any]:
    """For the head and the tabs: who looks at it, and how the draft stands to what answers."""
    is_owner = chatbot.owner_id == user.pk
    can_edit = is_owner or Chatbot.objects.editable_by(user).filter(pk=chatbot.pk).exists()
    return {
        "chatbot": chatbot,
        "is_owner": is_owner,
        "can_edit": can_edit,
        "has_changes": versions.has_changes(chatbot),
        "unavailable": _unavailable(chatbot),
    }


def _unavailable(chatbot: Chatbot) -> list[str]:
    """What answers now, but cannot."""
    behaviour = versions.behaviour_of(versions.in_force(chatbot))
    # Whose models are asked for only where a model is named: that reads the owner's keys.
    models = answering.models_of(chatbot.owner) if behaviour["model"] else Models((), {})
    return versions.unavailable(behaviour, models)
