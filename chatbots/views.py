"""The chatbot pages: the list, one chatbot's settings, its end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import answering
from chatbots import editing
from chatbots.forms import ChatbotForm
from chatbots.models import Chatbot, ChatbotDocument
from documents.models import Document

PAGE = 20
OFFERED = 50  # documents shown in the picker besides the chosen ones; the search box finds others


@login_required
@require_GET
def chatbots(request: HttpRequest) -> HttpResponse:
    mine = Chatbot.objects.for_user(request.user).newest_first()
    chosen = ChatbotDocument.objects.filter(chatbot=OuterRef("pk")).values("chatbot")
    counted = mine.annotate(
        conversation_count=Count("conversations"),
        document_count=Subquery(chosen.annotate(number=Count("pk")).values("number")),
    )
    page = Paginator(counted, PAGE).get_page(request.GET.get("page"))
    models = answering.models_of(request.user)
    labels = {choice.name: choice.label for choice in models.choices}
    for chatbot in page:
        chatbot.model_label = labels.get(chatbot.model, chatbot.model) or models.default.label
    return render(request, "chatbots/list.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = ChatbotForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        chatbot = editing.create_chatbot(request.user, form.chatbot_fields, form.chosen_documents)
        return redirect("conversations:new", chatbot.slug)
    return _form_page(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = get_object_or_404(Chatbot.objects.for_user(request.user), slug=slug)
    form = ChatbotForm(request.POST or None, instance=chatbot, user=request.user)
    if request.method == "POST" and form.is_valid():
        editing.update_chatbot(request.user, chatbot, form.chatbot_fields, form.chosen_documents)
        messages.success(request, _("Saved."))
        return redirect(chatbot)
    return _form_page(request, form, chatbot)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = get_object_or_404(Chatbot.objects.for_user(request.user), slug=slug)
    if request.method == "POST":
        editing.delete_chatbot(request.user, chatbot)
        messages.success(request, _("“%s” is deleted.") % chatbot)
        return redirect("chatbots:list")
    context = {
        "question": _("Delete “%s”?") % chatbot,
        "consequence": loss_of(chatbot, chatbot.conversations.count()),
        "action": _("Delete chatbot"),
        "back_url": chatbot.get_absolute_url(),
    }
    return render(request, "confirm.html", context)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """One click from the first document to the chat."""
    return redirect("conversations:new", editing.library_chatbot(request.user).slug)


@login_required
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """The picker's list for a search: what is ticked stays on it."""
    chosen = [pk for value in request.GET.getlist("documents") if (pk := _uuid(value))]
    context = {"offered": _offered(request, chosen, request.GET.get("q", ""))}
    return render(request, "chatbots/documents.html", context)


def loss_of(chatbot: Chatbot, conversations: int) -> str:
    if not conversations:
        return _("It has no conversations. Your documents stay.")
    return (
        ngettext(
            "One conversation with it goes too.",
            "%(count)s conversations with it go too.",
            conversations,
        )
        % {"count": conversations}
        + " "
        + _("Your documents stay.")
    )


def _form_page(request: HttpRequest, form: ChatbotForm, chatbot: Chatbot | None) -> HttpResponse:
    if form.is_bound:
        chosen = [pk for value in form.data.getlist("documents") if (pk := _uuid(value))]
    else:
        chosen = list(chatbot.documents.values_list("pk", flat=True)) if chatbot else []
    context = {
        "form": form,
        "chatbot": chatbot,
        "offered": _offered(request, chosen),
        "library_size": Document.objects.for_user(request.user).library().count(),
    }
    if chatbot:
        context["loss"] = loss_of(chatbot, chatbot.conversations.count())
    return render(request, "chatbots/form.html", context)


def _offered(request: HttpRequest, chosen: list[UUID], query: str = "") -> list[Document]:
    """The chosen documents first, then the newest that match."""
    library: QuerySet[Document] = (
        Document.objects.for_user(request.user).library().only("name", "title", "status")
    )
    ticked = list(library.filter(pk__in=chosen).newest_first())
    others = library.exclude(pk__in=chosen).newest_first()
    if query := query.replace("\0", "").strip()[:200]:  # PostgreSQL has no such character
        others = others.filter(name__icontains=query)
    for document in ticked:
        document.is_chosen = True
    return ticked + list(others[:OFFERED])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
