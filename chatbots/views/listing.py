"""All chatbots one can talk with, a new one, and the end of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import answering
from accounts.models import Project, User
from chatbots import editing, versions
from chatbots.forms import NewChatbotForm
from chatbots.models import Chatbot, ChatbotDocument
from chatbots.views import picker
from chatbots.views.found import ROWS

PAGE = 20


@login_required
@require_GET
def chatbots(request: HttpRequest) -> HttpResponse:
    page = Paginator(_counted(request.user), PAGE).get_page(request.GET.get("page"))
    models = answering.models_of(request.user)
    labels = {"": models.default.label, **{choice.name: choice.label for choice in models.choices}}
    page.object_list = [versions.in_force(chatbot) for chatbot in page]
    for chatbot in page:
        if chatbot.owner_id == request.user.pk:
            chatbot.model_label = labels.get(chatbot.model, chatbot.model)
    return render(request, "chatbots/list.html", {"page": page})


def _counted(user: User) -> Any:
    """With what each reads, and conversations: with other people's chatbots one's own alone."""
    chosen = ChatbotDocument.objects.filter(chatbot=OuterRef("pk")).values("chatbot")
    known = Q(owner=user) | Q(conversations__user=user)
    return (
        Chatbot.objects.visible_to(user)
        .newest_first()
        .select_related(*ROWS)
        .annotate(
            conversation_count=Count(
                "conversations", filter=known & ~Q(conversations__channel="preview")
            ),
            document_count=Subquery(chosen.annotate(number=Count("pk")).values("number")),
        )
    )


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """With `?project=` it is made in that project, and belongs to the project's owner."""
    project = _project(request)
    owner = project.owner if project else request.user
    form = NewChatbotForm(request.POST or None, owner=owner, instance=Chatbot(project=project))
    if request.method == "POST" and form.is_valid():
        fields = {**form.chatbot_fields, **({"project": project} if project else {})}
        chatbot = editing.create_chatbot(request.user, fields, form.chosen_documents)
        return redirect("conversations:new", chatbot.slug)
    context = {"form": form, "project": project, **picker.context_of(form)}
    return render(request, "chatbots/create.html", context)


def _project(request: HttpRequest) -> Project | None:
    if not (named := request.GET.get("project", "")):
        return None
    rows = Project.objects.editable_by(request.user).active().select_related("owner")
    return get_object_or_404(rows, pk=picker.uuid_or_none(named))


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
        "consequence": loss_of(chatbot),
        "action": _("Delete chatbot"),
        "back_url": chatbot.get_absolute_url(),
    }
    return render(request, "confirm.html", context)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """One click from the first document to the chat."""
    return redirect("conversations:new", editing.library_chatbot(request.user).slug)


def loss_of(chatbot: Chatbot) -> str:
    conversations = chatbot.conversations.exclude(channel="preview").count()
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
