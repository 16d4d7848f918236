"""Keeping one's conversations in order: names, pins, the archive, branches, and the end of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations import attachments, branches, exporting, sharing
from conversations.forms import TitleForm
from conversations.models import Conversation, Message
from conversations.views.found import own


@login_required
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    form = TitleForm(request.POST or None, instance=conversation)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect(conversation)
    context = {"form": form, "conversation": conversation}
    return render(request, "conversations/rename.html", context)


@login_required
@require_POST
def pin(request: HttpRequest, pk: UUID) -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    conversation.pinned = not conversation.pinned
    conversation.save(update_fields=["pinned", "updated_at"])
    return redirect(conversation)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    if request.method == "POST":
        attachments.delete_conversation(request.user, conversation)
        messages.success(request, _("The conversation is deleted."))
        return redirect("conversations:list")
    context = {
        "question": _("Delete this conversation?"),
        "consequence": _consequence(conversation),
        "action": _("Delete conversation"),
        "back_url": conversation.get_absolute_url(),
    }
    return render(request, "confirm.html", context)


def _consequence(conversation: Conversation) -> str:
    lost = [_("“%s” goes for good, with all its questions and answers.") % conversation]
    if files := attachments.attachments_of(conversation).count():
        lost.append(
            ngettext(
                "The file dropped into it is deleted.",
                "The %(count)s files dropped into it are deleted.",
                files,
            )
            % {"count": files}
        )
    if sharing.links_of(conversation).exists():
        lost.append(_("Its links lead nowhere any more."))
    return " ".join(lost)


@login_required
@require_POST
def archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Out of the history, or back into it; nothing is lost."""
    conversation = get_object_or_404(own(request.user), pk=pk)
    is_back = conversation.status == Conversation.Status.ARCHIVED
    conversation.status = Conversation.Status.ACTIVE if is_back else Conversation.Status.ARCHIVED
    conversation.save(update_fields=["status", "updated_at"])
    said = _("It is in your history again.") if is_back else _("Archived. Search still finds it.")
    messages.success(request, said)
    return redirect(conversation if is_back else "conversations:list")


@login_required
@require_GET
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The whole conversation, all its branches, as a file."""
    conversation = get_object_or_404(own(request.user), pk=pk)
    wanted = request.GET.get("format", "markdown")
    if wanted not in exporting.FORMATS:
        raise Http404
    return exporting.download(conversation, wanted)


@login_required
@require_POST
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Walk to another branch."""
    found = get_object_or_404(
        Message.objects.for_user(request.user).select_related("conversation"), pk=pk
    )
    branches.show(found.conversation, found.pk)
    return redirect(f"{found.conversation.get_absolute_url()}#message-{found.pk}")
