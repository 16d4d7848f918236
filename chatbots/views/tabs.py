"""The tabs of a chatbot's page, each a form that is saved for itself.

Who may look at a chatbot sees them, who may change it can save; beside them the draft answers.
"""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import standing
from chatbots import editing, knowledge, versions
from chatbots.editing import DocumentsOutside
from chatbots.forms import BehaviourForm, KnowledgeForm, LookForm, ShareForm
from chatbots.models import Chatbot
from chatbots.views import picker
from chatbots.views.found import editable, head_of, visible
from chatbots.views.listing import loss_of
from documents.models import Document
from providers.settings import OFFLINE_CHAT

framing = csp_update({"frame-src": ["'self'"]})  # the live preview is a page of its own


@framing
@login_required
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Its name and what it reads."""
    chatbot = _chatbot(request, slug)
    form = KnowledgeForm(request.POST or None, instance=chatbot, owner=chatbot.owner)
    if request.method == "POST" and form.is_valid():
        return _saved(request, form, chatbot, form.chosen_documents)
    context = {"known": knowledge.known_to(chatbot), **picker.context_of(form)}
    return _page(request, form, "knowledge", context)


@framing
@login_required
@require_http_methods(["GET", "POST"])
def behaviour(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = _chatbot(request, slug)
    form = BehaviourForm(request.POST or None, instance=chatbot, owner=chatbot.owner)
    if request.method == "POST" and form.is_valid():
        return _saved(request, form, chatbot)
    answering = chatbot.model or form.models.default.name
    return _page(request, form, "behaviour", {"is_offline": answering == OFFLINE_CHAT})


@framing
@login_required
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = _chatbot(request, slug)
    form = LookForm(request.POST or None, instance=chatbot)
    if request.method == "POST" and form.is_valid():
        return _saved(request, form, chatbot)
    return _page(request, form, "look")


@framing
@login_required
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = _chatbot(request, slug)
    form = ShareForm(request.POST or None, instance=chatbot, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, form, chatbot)
        except DocumentsOutside as error:
            form.add_error("project", str(error))
            chatbot = visible(request.user, slug)
    has_cap = chatbot.visitor_credits_daily is not None and chatbot.owner_id == request.user.pk
    members = chatbot.project.members.select_related("user") if chatbot.project else []
    context = {
        "members": members,
        "spent": standing.spent_by_others(request.user, chatbot.pk) if has_cap else None,
        "loss": loss_of(chatbot),
        "base_url": request.build_absolute_uri("/").rstrip("/"),
    }
    return _page(request, form, "share", context)


def _chatbot(request: HttpRequest, slug: str) -> Chatbot:
    """Who may look at it looks; only who may change it gets to save."""
    find = editable if request.method == "POST" else visible
    return find(request.user, slug)


def _saved(
    request: HttpRequest,
    form: ModelForm,
    chatbot: Chatbot,
    documents: list[Document] | None = None,
) -> HttpResponse:
    editing.update_chatbot(request.user, chatbot, form.chatbot_fields, documents)
    is_draft = not set(versions.BEHAVIOUR).isdisjoint(form.fields) and versions.has_changes(chatbot)
    said = _("Saved in the draft. Publish it, and everybody is answered so.")
    messages.success(request, said if is_draft else _("Saved."))
    return redirect(request.path)


def _page(
    request: HttpRequest, form: ModelForm, tab: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    # A form that was refused has written into its chatbot what is shown again, and is not so.
    chatbot = visible(request.user, form.instance.slug) if form.is_bound else form.instance
    context = {**head_of(request.user, chatbot), "form": form, "tab": tab, **(context or {})}
    for field in form.fields.values() if not context["can_edit"] else ():
        field.disabled = True
    return render(request, f"chatbots/{tab}.html", context)
