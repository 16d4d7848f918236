"""Reading: whom to ask, a thread, its history, one answer, its sources."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from chatbots import versions
from chatbots.models import Chatbot
from conversations import branches
from conversations.attachments import attachments_of
from conversations.branches import Tree
from conversations.forms import QuestionForm
from conversations.history import LONGEST_QUERY, HistoryPage, Wanted, history_page
from conversations.sources import Reach, sources_of
from conversations.thread import SHOWN, shown, thread_of
from conversations.views.found import own, own_message, usable_chatbot

CHOICES = 50


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Whom to ask; with a single chatbot there is no question about it."""
    rows = Chatbot.objects.visible_to(request.user).active().select_related("published", "owner")
    chatbots = [versions.in_force(row) for row in rows.newest_first()[:CHOICES]]
    if len(chatbots) == 1 and not request.GET:
        return redirect("conversations:new", chatbots[0].slug)
    context = {"chatbots": chatbots, "history": history_of(request), "conversation": None}
    return render(request, "conversations/start.html", context)


@login_required
@require_GET
def new(request: HttpRequest, slug: str) -> HttpResponse:
    return new_page(request, slug)


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return thread_page(request, pk)


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    context = {"history": history_of(request, request.GET.get("current", ""))}
    return render(request, "conversations/history.html", context)


@login_required
@require_GET
def message(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One answer as it stands, for the page that has watched it being written."""
    found = own_message(request.user, pk)
    item = shown([found], found.conversation)[0]
    return render(request, "conversations/message.html", {"item": item})


@login_required
@require_GET
def sources(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    found = own_message(request.user, pk)
    context = {
        "message": found,
        "sources": sources_of(request.user, found.citations, number, Reach.asked(request.GET)),
        "current": number,
    }
    return render(request, "conversations/sources.html", context)


def history_of(request: HttpRequest, current: str = "") -> HistoryPage:
    page = request.GET.get("page", "1")
    number = min(max(1, int(page)), 1000) if page.isdecimal() and len(page) < 5 else 1
    query = request.GET.get("q", "").replace("\0", "").strip()  # PostgreSQL has no such character
    is_archive = request.GET.get("archived") == "1"
    wanted = Wanted(query[:LONGEST_QUERY], is_archive, number, current)
    return history_page(request.user, wanted)


def new_page(request: HttpRequest, slug: str, *, form=None, error: object = "") -> HttpResponse:
    chatbot = usable_chatbot(request.user, slug)
    context = {
        "conversation": None,
        "chatbot": chatbot,
        "thread": [],
        "attachments": [],
        "history": history_of(request),
        "form": form or QuestionForm(),
        "error": error,
    }
    return render(request, "conversations/thread.html", context, status=422 if error else 200)


def thread_page(request: HttpRequest, pk: UUID, *, form=None, error: object = "") -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    tree = Tree(conversation)
    if (at := tree.found(request.GET.get("at", ""))) and at not in tree.branch():
        branches.show(conversation, at)
        tree = Tree(conversation)
    branch = tree.branch()
    most = len(branch) if "all" in request.GET else SHOWN
    if at:
        most = max(most, len(branch) - branch.index(at))
    earlier = max(0, len(branch) - most)
    context = {
        "conversation": conversation,
        "chatbot": versions.in_force(conversation.chatbot, draft=conversation.is_preview),
        "thread": shown(thread_of(conversation, tree, most=most), conversation, tree),
        "earlier": earlier,
        "attachments": attachments_of(conversation),
        "history": history_of(request, str(pk)),
        "form": form or QuestionForm(),
        "error": error,
    }
    return render(request, "conversations/thread.html", context, status=422 if error else 200)
