"""Sharing by a link: its makers' page, and what those see who were given one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import unscoped
from accounts.tenancy import scope
from chatbots import versions
from conversations import sharing
from conversations.forms import ShareForm
from conversations.models import Message, ShareLink
from conversations.sharing import NotShared
from conversations.thread import Shared, shared
from conversations.views.found import own

Page = Callable[[HttpRequest, ShareLink], HttpResponse]


@login_required
@require_http_methods(["GET", "POST"])
def links(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The links of a conversation, and a new one."""
    conversation = get_object_or_404(own(request.user), pk=pk)
    form = ShareForm(request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            sharing.share(request.user, conversation, form.cleaned_data["kind"], form.expires_at)
        except NotShared as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The link is made. Who has it can read along."))
            return redirect("conversations:links", pk)
    context = {
        "conversation": conversation,
        "form": form,
        "refusal": refusal,
        "links": [(link, sharing.address_of(link)) for link in sharing.links_of(conversation)],
    }
    return render(request, "conversations/links.html", context, status=422 if refusal else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: UUID, link: UUID) -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    sharing.revoke(request.user, get_object_or_404(sharing.links_of(conversation), pk=link))
    messages.success(request, _("The link is revoked. It leads nowhere any more."))
    return redirect("conversations:links", pk)


def _by_link(view: Page) -> Callable[..., HttpResponse]:
    """Find the link by its token, and look with its owner's eyes at this conversation alone."""

    @unscoped
    @require_GET
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        response = None
        owned = sharing.owner_of(token)
        if owned:
            link_id, owner_id = owned
            with scope(owner_id), suppress(Http404):
                response = _page(view, request, link_id)
        if response is None:
            response = render(request, "conversations/shared_ended.html", status=404)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return opened


def _page(view: Page, request: HttpRequest, link_id: UUID) -> HttpResponse:
    link = sharing.found(link_id)
    if link is None:
        raise Http404
    return view(request, link)


@_by_link
def conversation(request: HttpRequest, link: ShareLink) -> HttpResponse:
    context = _context(link)
    context |= {"version": _version(context["thread"])}
    return render(request, "conversations/shared.html", context)


@_by_link
def thread(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """What an open page asks for every second: 204 while nothing has changed, 404 once revoked."""
    context = _context(link)
    version = _version(context["thread"])
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    response = render(request, "conversations/shared_thread.html", context)
    response["X-Version"] = version
    return response


def _context(link: ShareLink) -> dict[str, Any]:
    branch = sharing.branch_of(link)
    rows = Message.objects.filter(conversation=link.conversation_id)
    found = rows.defer("search_text", "content_tsv", "context").in_bulk(branch)
    said = [found[pk] for pk in branch if pk in found]
    return {
        "link": link,
        "conversation": link.conversation,
        "chatbot": versions.in_force(link.conversation.chatbot),
        "thread": shared(said, link),
    }


def _version(thread: list[Shared]) -> str:
    said = [f"{item.message.pk}{item.message.updated_at}" for item in thread]
    return hashlib.sha256("".join(said).encode()).hexdigest()[:16]
