"""The chat pages: choose a chatbot, talk, look at sources, keep one's history in order."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from accounts.rates import charged
from accounts.requests import unscoped
from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from chatbots.models import Chatbot
from conversations import answers, asking, live, producers
from conversations.asking import Refused
from conversations.forms import QuestionForm, TitleForm
from conversations.history import HistoryPage, history_page
from conversations.models import Conversation, ConversationQuerySet, Message
from conversations.sources import sources_of
from conversations.thread import SHOWN, is_newest, shown, thread_of

CHOICES = 50


def own(user: User) -> ConversationQuerySet:
    return Conversation.objects.for_user(user).active().select_related("chatbot")


def own_message(user: User, pk: UUID) -> Message:
    answered = Message.objects.for_user(user).filter(role=Message.Role.ASSISTANT)
    return get_object_or_404(answered.select_related("conversation__chatbot"), pk=pk)


# -- Pages ----------------------------------------------------------------------------------


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Whom to ask; with a single chatbot there is no question about it."""
    chatbots = list(Chatbot.objects.for_user(request.user).active().newest_first()[:CHOICES])
    if len(chatbots) == 1 and not request.GET:
        return redirect("conversations:new", chatbots[0].slug)
    context = {"chatbots": chatbots, "history": _history(request), "conversation": None}
    return render(request, "conversations/start.html", context)


@login_required
@require_GET
def new(request: HttpRequest, slug: str) -> HttpResponse:
    return _new_page(request, slug)


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _thread_page(request, pk)


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    context = {"history": _history(request, request.GET.get("current", ""))}
    return render(request, "conversations/history.html", context)


@login_required
@require_GET
def message(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One answer as it stands, for the page that has watched it being written."""
    found = own_message(request.user, pk)
    item = shown([found], found.conversation)[0]
    item.is_last = is_newest(found)
    return render(request, "conversations/message.html", {"item": item})


@login_required
@require_GET
def sources(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    found = own_message(request.user, pk)
    context = {
        "message": found,
        "sources": sources_of(found.citations, number),
        "current": number,
    }
    return render(request, "conversations/sources.html", context)


# -- Asking ---------------------------------------------------------------------------------


@unscoped
@charged
@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """The first question makes the conversation."""

    def conversation() -> Conversation:
        chatbot = get_object_or_404(Chatbot.objects.for_user(request.user), slug=slug)
        return Conversation.objects.create(
            owner_id=chatbot.owner_id, chatbot=chatbot, user=request.user
        )

    return _ask(request, conversation, lambda **extra: _new_page(request, slug, **extra))


@unscoped
@charged
@login_required
@require_POST
def send(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _ask(
        request,
        lambda: get_object_or_404(own(request.user), pk=pk),
        lambda **extra: _thread_page(request, pk, **extra),
    )


@unscoped
@charged
@login_required
@require_POST
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another answer to the same question, in place of the one that did not satisfy."""
    try:
        with scope(request.user):
            failed = own_message(request.user, pk)
            if not is_newest(failed):
                raise Refused("not_newest", _("Only the last answer can be given again."))
            answer = asking.ask_again(request.user, failed)
            response = _fragment_or_page(request, failed.conversation, [answer])
    except (Refused, QuotaExceeded) as refused:
        if "HX-Request" in request.headers:
            return _reason(str(refused))
        messages.error(request, str(refused))
        return redirect(failed.conversation)
    live.produce(answer)
    return response


@unscoped
@login_required
@require_POST
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    with scope(request.user):
        running = own_message(request.user, pk)
        answers.request_stop(running)
    producers.stop(running.pk)
    if "HX-Request" in request.headers:
        return HttpResponse(status=204)
    return redirect(running.conversation)


def _ask(
    request: HttpRequest,
    conversation_of: Callable[[], Conversation],
    page_with: Callable[..., HttpResponse],
) -> HttpResponse:
    """Store a question, give its place on the page, start the answer after the commit."""
    form = QuestionForm(request.POST)
    try:
        with scope(request.user):
            conversation = conversation_of()
            answer = _stored(request.user, conversation, form)
            response = _fragment_or_page(request, conversation, [answer.parent, answer])
    except (Refused, QuotaExceeded) as refused:
        if "HX-Request" in request.headers:
            return _reason(str(refused))
        with scope(request.user):
            return page_with(form=form, error=str(refused))
    live.produce(answer)
    return response


def _stored(user: User, conversation: Conversation, form: QuestionForm) -> Message:
    if not form.is_valid():
        raise Refused("invalid", form.errors["content"][0])
    return asking.ask(user, conversation, form.cleaned_data["content"])


def _reason(text: str) -> HttpResponse:
    return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")


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


# -- Keeping order --------------------------------------------------------------------------


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
        audit.record("conversation.delete", actor=request.user, resource=conversation)
        conversation.delete()
        messages.success(request, _("The conversation is deleted."))
        return redirect("conversations:list")
    context = {
        "question": _("Delete this conversation?"),
        "consequence": _("“%s” goes for good, with all its questions and answers.") % conversation,
        "action": _("Delete conversation"),
        "back_url": conversation.get_absolute_url(),
    }
    return render(request, "confirm.html", context)


# -- What the pages share -------------------------------------------------------------------


def _history(request: HttpRequest, current: str = "") -> HistoryPage:
    page = request.GET.get("page", "1")
    number = min(max(1, int(page)), 1000) if page.isdecimal() and len(page) < 5 else 1
    query = request.GET.get("q", "")
    return history_page(request.user, query=query, number=number, current=current)


def _new_page(request: HttpRequest, slug: str, *, form=None, error: str = "") -> HttpResponse:
    chatbot = get_object_or_404(Chatbot.objects.for_user(request.user), slug=slug)
    context = {
        "conversation": None,
        "chatbot": chatbot,
        "thread": [],
        "history": _history(request),
        "form": form or QuestionForm(),
        "error": error,
    }
    return render(request, "conversations/thread.html", context, status=422 if error else 200)


def _thread_page(request: HttpRequest, pk: UUID, *, form=None, error: str = "") -> HttpResponse:
    conversation = get_object_or_404(own(request.user), pk=pk)
    branch = thread_of(conversation)
    earlier = 0 if "all" in request.GET else max(0, len(branch) - SHOWN)
    context = {
        "conversation": conversation,
        "chatbot": conversation.chatbot,
        "thread": shown(branch[earlier:], conversation),
        "earlier": earlier,
        "history": _history(request, str(pk)),
        "form": form or QuestionForm(),
        "error": error,
    }
    return render(request, "conversations/thread.html", context, status=422 if error else 200)
