"""The front door, and the page a signed-in person lands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import unscoped
from billing import standing
from billing.pricing import on_offer
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
    context = {"signup_closed": settings.SIGNUP == "closed", "offered": on_offer()}
    return render(request, "landing.html", context)


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    held = documents_of(request.user)
    context = {
        "steps": first_steps_of(request.user, held),
        "standing": standing_of(request.user, held),
    }
    recent = Conversation.objects.for_user(request.user).in_history().select_related("chatbot")
    context["recent"] = recent.order_by("-last_message_at", "-id")[:RECENT]
    with timezone.override(request.user.timezone):
        return render(request, "home.html", context)


@login_required
@require_GET
def first_steps(request: HttpRequest) -> HttpResponse:
    """The three steps alone, asked for while a document is being read."""
    steps = first_steps_of(request.user, documents_of(request.user))
    return render(request, "conversations/steps.html", {"steps": steps})


def documents_of(user: User) -> dict[str, int]:
    """How many documents a person holds, how many of the library's are ready or on the way."""
    library = Q(kind=Document.Kind.LIBRARY)
    unfinished = Q(status__in=[Document.Status.PENDING, Document.Status.PROCESSING])
    return Document.objects.for_user(user).aggregate(
        held=Count("pk"),
        stored=Coalesce(Sum("file_size"), 0),
        library=Count("pk", filter=library),
        ready=Count("pk", filter=library & Q(status=Document.Status.READY)),
        unfinished=Count("pk", filter=library & unfinished),
    )


def first_steps_of(user: User, held: dict[str, int]) -> FirstSteps:
    return FirstSteps(
        documents=held["library"],
        ready=held["ready"],
        unfinished=held["unfinished"],
        chatbot=Chatbot.objects.for_user(user).active().newest_first().first(),
        has_asked=Conversation.objects.for_user(user).exists(),
    )


def standing_of(user: User, held: dict[str, int]) -> dict[str, Any]:
    """The plan, and what of it was used that people come close to."""
    on = standing.subscription_of(user)
    used = standing.renewed(on, standing.today_of(user))
    used += standing.of_library(on.plan, held["held"], held["stored"])
    return {"plan": on.plan, "allowances": used}
