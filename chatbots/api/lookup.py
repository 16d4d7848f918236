"""Naming a chatbot in a request: by its id or by its slug."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from accounts.rest.access import within_limit
from chatbots.models import Chatbot, ChatbotQuerySet


def visible_chatbots(request: Request) -> ChatbotQuerySet:
    return within_limit(Chatbot.objects.visible_to(request.user), request, "pk", "project")


def chatbot_or_404(request: Request, id_or_slug: str) -> Chatbot:
    named = Q(slug=id_or_slug)
    with suppress(ValueError):
        named |= Q(pk=UUID(id_or_slug))
    return get_object_or_404(visible_chatbots(request), named)
