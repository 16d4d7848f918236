"""Saying what one thinks of an answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from conversations import feedback
from conversations.feedback import Verdict
from conversations.forms import FeedbackForm
from conversations.models import Message
from conversations.views.found import own_message


@login_required
@require_POST
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A thumb first, which is kept at once; then, if the person likes, why."""
    message = own_message(request.user, pk)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.complaint, status=422, content_type="text/plain; charset=utf-8")
    wanted = form.cleaned_data
    given = None
    if wanted["rating"] == FeedbackForm.NONE:
        feedback.withdraw(request.user, message.conversation, message)
    else:
        verdict = Verdict(wanted["rating"], wanted["reason"], wanted["comment"])
        given, _is_new = feedback.give(request.user, message.conversation, verdict, message)
    return _shown(request, message, given, is_done=bool(wanted["done"]))


def _shown(
    request: HttpRequest, message: Message, given: feedback.Feedback | None, *, is_done: bool
) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect(f"{message.conversation.get_absolute_url()}#message-{message.pk}")
    context = {
        "message": message,
        "feedback": given,
        "asks_why": given is not None and not is_done,
        "is_thanked": given is not None and is_done,
        "reasons": feedback.REASONS.items(),
    }
    return render(request, "conversations/feedback.html", context)
