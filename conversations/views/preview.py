"""The live preview beside a chatbot's settings: a chat with its draft, one for each person.

It is a conversation like others, shown by the chat's own thread and composer in a frame; no list
holds it.
"""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.rates import charged
from accounts.requests import unscoped
from chatbots.models import Chatbot
from chatbots.views.found import editable
from conversations.branches import Tree
from conversations.forms import QuestionForm
from conversations.models import Conversation, ConversationQuerySet
from conversations.thread import shown, thread_of
from conversations.views.asking import ask


@login_required
@require_GET
@csp_replace({"frame-ancestors": ["'self'"]})
@xframe_options_sameorigin
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, slug)


@unscoped
@charged
@login_required
@require_POST
@csp_replace({"frame-ancestors": ["'self'"]})
@xframe_options_sameorigin
def send(request: HttpRequest, slug: str) -> HttpResponse:
    def conversation() -> Conversation:
        chatbot = editable(request.user, slug)
        return previews(request.user, chatbot).first() or Conversation.objects.create(
            owner_id=chatbot.owner_id,
            chatbot=chatbot,
            user=request.user,
            channel=Conversation.Channel.PREVIEW,
        )

    return ask(request, conversation, lambda **extra: _page(request, slug, **extra))


@login_required
@require_POST
def clear(request: HttpRequest, slug: str) -> HttpResponse:
    previews(request.user, editable(request.user, slug)).delete()
    return redirect("chatbot:preview", slug)


def previews(user: User, chatbot: Chatbot) -> ConversationQuerySet:
    """The one there is of this person's, or none; the newest first should there be two."""
    rows = Conversation.objects.for_user(user).filter(
        chatbot=chatbot, channel=Conversation.Channel.PREVIEW
    )
    return rows.select_related("chatbot__published").order_by("-created_at")


def _page(request: HttpRequest, slug: str, *, form: Any = None, error: object = "") -> HttpResponse:
    chatbot = editable(request.user, slug)
    conversation = previews(request.user, chatbot).first()
    tree = Tree(conversation) if conversation else None
    context = {
        "chatbot": chatbot,
        "conversation": conversation,
        "thread": shown(thread_of(conversation, tree), conversation, tree) if tree else [],
        "form": form or QuestionForm(),
        "error": error,
    }
    return render(request, "conversations/preview.html", context, status=422 if error else 200)
