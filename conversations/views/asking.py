"""Asking: a question, the same in other words, another answer, the rest of one, and stopping it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.rates import charged
from accounts.requests import unscoped
from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from conversations import asking, live, producers, storing
from conversations.asking import Refused
from conversations.forms import QuestionForm
from conversations.models import Conversation, Message
from conversations.thread import shown
from conversations.views.found import own, own_message, own_question, usable_chatbot
from conversations.views.thread import new_page, thread_page


@unscoped
@charged
@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """The first question makes the conversation."""

    def conversation() -> Conversation:
        chatbot = usable_chatbot(request.user, slug)
        return Conversation.objects.create(
            owner_id=chatbot.owner_id, chatbot=chatbot, user=request.user
        )

    return ask(request, conversation, lambda **extra: new_page(request, slug, **extra))


@unscoped
@charged
@login_required
@require_POST
def send(request: HttpRequest, pk: UUID) -> HttpResponse:
    return ask(
        request,
        lambda: get_object_or_404(own(request.user), pk=pk),
        lambda **extra: thread_page(request, pk, **extra),
    )


@unscoped
@charged
@login_required
@require_POST
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another answer to the same question, beside the one that did not satisfy."""
    return _answer_anew(request, pk, asking.ask_again)


@unscoped
@charged
@login_required
@require_POST
def go_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rest of an answer that was cut."""
    return _answer_anew(request, pk, asking.go_on)


def _answer_anew(
    request: HttpRequest, pk: UUID, ask: Callable[[User, Message], Message]
) -> HttpResponse:
    try:
        with scope(request.user):
            found = own_message(request.user, pk)
            answer = ask(request.user, found)
            response = _fragment_or_page(request, found.conversation, [answer])
    except (Refused, QuotaExceeded) as refused:
        if "HX-Request" in request.headers:
            return _reason(refused)
        is_of_plan = isinstance(refused, QuotaExceeded)
        messages.error(request, str(refused), extra_tags="see-plans" if is_of_plan else "")
        return redirect(found.conversation)
    live.produce(answer)
    return response


@unscoped
@charged
@login_required
@require_POST
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A question in other words, beside the one that was asked: both branches stay."""

    def conversation() -> Conversation:
        return own_question(request.user, pk).conversation

    def page(**extra: Any) -> HttpResponse:
        return thread_page(request, conversation().pk, **extra)

    return ask(request, conversation, page, instead_of=pk)


@unscoped
@login_required
@require_POST
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    with scope(request.user):
        running = own_message(request.user, pk)
        storing.request_stop(running)
    producers.stop(running.pk)
    if "HX-Request" in request.headers:
        return HttpResponse(status=204)
    return redirect(running.conversation)


def ask(
    request: HttpRequest,
    conversation_of: Callable[[], Conversation],
    page_with: Callable[..., HttpResponse],
    instead_of: UUID | None = None,
) -> HttpResponse:
    """Store a question, give its place on the page, start the answer after the commit."""
    form = QuestionForm(request.POST)
    try:
        with scope(request.user):
            conversation = conversation_of()
            answer = _stored(request.user, conversation, form, instead_of)
            response = _fragment_or_page(request, conversation, [answer.parent, answer])
    except (Refused, QuotaExceeded) as refused:
        if "HX-Request" in request.headers:
            return _reason(refused)
        with scope(request.user):
            return page_with(form=form, error=refused)
    live.produce(answer)
    return response


def _stored(
    user: User, conversation: Conversation, form: QuestionForm, instead_of: UUID | None
) -> Message:
    if not form.is_valid():
        raise Refused("invalid", form.errors["content"][0])
    content = form.cleaned_data["content"]
    if instead_of:
        return asking.ask_instead(user, own_question(user, instead_of), content)
    return asking.ask(user, conversation, content)


def _reason(refused: Refused | QuotaExceeded) -> HttpResponse:
    """402 tells the script that a larger plan is a way out."""
    status = 402 if isinstance(refused, QuotaExceeded) else 422
    return HttpResponse(str(refused), status=status, content_type="text/plain; charset=utf-8")


def _fragment_or_page(
    request: HttpRequest, conversation: Conversation, written: list[Message]
) -> HttpResponse:
    """For a script the new messages alone, for a plain form the whole thread."""
    url = conversation.get_absolute_url()
    if "HX-Request" not in request.headers:
        return redirect(f"{url}#message-{written[-1].pk}")
    conversation.refresh_from_db(fields=["title"])
    context = {"thread": shown(written, conversation), "conversation": conversation}
    response = render(request, "conversations/turn.html", context)
    response["HX-Push-Url"] = url
    return response
