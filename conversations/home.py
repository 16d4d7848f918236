"""The front door, and the page a signed-in person lands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import unscoped
from billing.limits import limits_left
from chatbots.models import Chatbot
from conversations.models import Conversation
from documents.models import Document

RECENT = 6


@dataclass(frozen=True)
class FirstSteps:
    """How far a person is on the way to the first answer."""

    documents: int
    ready: int
    unfinished: int
    chatbot: Chatbot | None
    has_asked: bool

    @property
    def is_done(self) -> bool:
        return bool(self.ready and self.chatbot and self.has_asked)


@unscoped
@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "landing.html", {"signup_closed": settings.SIGNUP == "closed"})


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    context = {"steps": first_steps_of(request.user), "usage": usage_of(request.user)}
    recent = Conversation.objects.for_user(request.user).active().select_related("chatbot")
    context["recent"] = recent.order_by("-last_message_at", "-id")[:RECENT]
    return render(request, "home.html", context)


@login_required
@require_GET
def first_steps(request: HttpRequest) -> HttpResponse:
    """The three steps alone, asked for while a document is being read."""
    return render(request, "conversations/steps.html", {"steps": first_steps_of(request.user)})


def first_steps_of(user: User) -> FirstSteps:
    documents = Document.objects.for_user(user).library()
    return FirstSteps(
        documents=documents.count(),
        ready=documents.ready().count(),
        unfinished=documents.unfinished().count(),
        chatbot=Chatbot.objects.for_user(user).active().newest_first().first(),
        has_asked=Conversation.objects.for_user(user).exists(),
    )


def usage_of(user: User) -> dict[str, Any]:
    """Used and allowed, side by side; a limit of None means there is none."""
    left = limits_left(user)
    held = Document.objects.for_user(user)
    tokens = left["token_limit_daily"]
    return {
        "plan": left["plan"],
        "resets_at": left["resets_at"],
        "tokens_limit": tokens,
        "tokens_used": 0 if tokens is None else tokens - left["tokens_left_today"],
        "documents_limit": left["document_limit"],
        "documents": held.count(),
        "storage_limit": left["storage_limit"],
        "storage": held.aggregate(total=Sum("file_size"))["total"] or 0,
    }
