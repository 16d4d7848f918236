"""Dropping files into a conversation, watching them being read, taking them out."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.limits import QuotaExceeded
from conversations import attachments
from conversations.models import Conversation
from conversations.views.found import own, usable_chatbot
from documents.uploads import UploadRefused


@login_required
@require_GET
def attached(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The files and how far they are; the page asks again while one is being read."""
    return _shown(request, get_object_or_404(own(request.user), pk=pk))


@login_required
@require_POST
def attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _attach(request, lambda: get_object_or_404(own(request.user), pk=pk))


@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """A file dropped before the first question makes the conversation."""

    def conversation() -> Conversation:
        chatbot = usable_chatbot(request.user, slug)
        return Conversation.objects.create(
            owner_id=chatbot.owner_id, chatbot=chatbot, user=request.user
        )

    return _attach(request, conversation)


@login_required
@require_POST
def detach(request: HttpRequest, pk: UUID, attachment: UUID) -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    found = get_object_or_404(attachments.attachments_of(conversation), pk=attachment)
    attachments.detach(request.user, found)
    return _shown(request, conversation)


def _attach(request: HttpRequest, conversation_of: Callable[[], Conversation]) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _refused(_("Choose a file first."))
    try:
        conversation = conversation_of()
        attachments.attach(request.user, conversation, file)
    except UploadRefused as refused:
        return _refused(str(refused))
    except QuotaExceeded as refused:
        return _refused(str(refused), status=402)  # the script shows the way to a larger plan
    if not conversation.title:
        conversation.title = file.name[:200]
        conversation.save(update_fields=["title", "updated_at"])
    return _shown(request, conversation)


def _refused(reason: str, *, status: int = 422) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain; charset=utf-8")


def _shown(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect(conversation)
    context = {
        "conversation": conversation,
        "attachments": attachments.attachments_of(conversation),
    }
    response = render(request, "conversations/attachments.html", context)
    response["HX-Push-Url"] = conversation.get_absolute_url()
    return response
