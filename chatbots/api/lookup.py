"""Naming a chatbot in a request: by its id or by its slug."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from accounts.models import User
from chatbots.models import Chatbot


def chatbot_or_404(user: User, id_or_slug: str) -> Chatbot:
    named = Q(slug=id_or_slug)
    with suppress(ValueError):
        named |= Q(pk=UUID(id_or_slug))
    return get_object_or_404(Chatbot.objects.for_user(user), named)
