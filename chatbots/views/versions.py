"""Publishing the draft, what was published before, and going back to it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import answering
from chatbots import versions
from chatbots.differences import differences
from chatbots.models import Chatbot, ChatbotVersion
from chatbots.views.found import editable, head_of, visible
from chatbots.views.tabs import framing

PAGE = 20


class PublishForm(forms.ModelForm):
    class Meta:
        model = ChatbotVersion
        fields = ["note"]


@framing
@login_required
@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version, and with `?version=` what one of them changed."""
    chatbot = visible(request.user, slug)
    rows = chatbot.versions.select_related("author")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {**head_of(request.user, chatbot), "tab": "versions", "page": page}
    context["draft_changes"] = _unpublished(chatbot)
    return render(request, "chatbots/versions.html", context)


@framing
@login_required
@require_GET
def detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is in a version, beside the one before it or, with `?against=draft`, the draft."""
    chatbot = visible(request.user, slug)
    version = _numbered(chatbot, number)
    is_with_draft = request.GET.get("against") == "draft"
    before = chatbot.versions.filter(number__lt=version.number).first()
    if is_with_draft:
        changes = differences(versions.behaviour_of(chatbot), versions.whole(version))
    elif before:
        changes = differences(versions.whole(before), versions.whole(version))
    else:
        changes = []
    context = {
        **head_of(request.user, chatbot),
        "tab": "versions",
        "version": version,
        "before": before,
        "is_with_draft": is_with_draft,
        "changes": changes,
        "gone": versions.unavailable(versions.whole(version), answering.models_of(chatbot.owner)),
    }
    return render(request, "chatbots/version.html", context)


@login_required
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = editable(request.user, slug)
    form = PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["note"][0])
        return redirect(chatbot)
    try:
        version = versions.publish(request.user, chatbot, form.cleaned_data["note"])
        said = _("Version %s is published. Everybody is answered by it.")
        messages.success(request, said % version.number)
    except versions.NothingToPublish as nothing:
        messages.info(request, str(nothing))
    return redirect("chatbots:versions", slug)


@login_required
@require_http_methods(["GET", "POST"])
def restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    chatbot = editable(request.user, slug)
    version = _numbered(chatbot, number)
    if request.method == "POST":
        versions.restore(request.user, chatbot, version)
        said = _("Version %s is in the draft. Publish it, and everybody is answered by it again.")
        messages.success(request, said % version.number)
        return redirect("chatbots:behaviour", slug)
    context = {
        "question": _("Put version %s into the draft?") % version.number,
        "consequence": _("What the draft says now is lost. Nobody is answered by it before you"
                         " publish it."),
        "action": _("Restore version %s") % version.number,
        "back_url": chatbot.get_absolute_url(),
    }  # fmt: skip
    return render(request, "confirm.html", context)


def _numbered(chatbot: Chatbot, number: int) -> ChatbotVersion:
    if number >= 2**31:
        raise Http404
    return get_object_or_404(chatbot.versions.select_related("author"), number=number)


def _unpublished(chatbot: Chatbot) -> int:
    """How many settings of the draft differ from what answers."""
    if not chatbot.published:
        return 0
    draft = versions.behaviour_of(chatbot)
    return len(differences(versions.whole(chatbot.published), draft))
