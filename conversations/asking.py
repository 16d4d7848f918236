"""A question and the answer to come, as rows: one set of rules for page and API."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from billing import credits, limits
from conversations.answers import PRICE, lease_length
from conversations.models import Conversation, Message
from conversations.thread import running_in
from language.terms import index_terms

TITLE_LENGTH = 80


@dataclass
class Refused(Exception):
    """The question was not taken; `code` is stable, `message` tells the person why."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


def ask(
    user: User, conversation: Conversation, content: str, *, parent: Message | None = None
) -> Message:
    """Store a question; returns the assistant's message, streaming. Call it inside a scope.

    Raises Refused or QuotaExceeded before anything is written. The caller starts the producer
    once the transaction has committed.
    """
    conversation = _ready(user, conversation)
    index = _next_index(conversation)
    question = Message.objects.create(
        owner_id=conversation.owner_id,
        conversation=conversation,
        author=user,
        parent=parent or conversation.messages.filter(message_index=index - 1).first(),
        role=Message.Role.USER,
        content=content,
        search_text=" ".join(index_terms(content)),
        message_index=index,
    )
    if not conversation.title:
        conversation.title = title_of(content)
        conversation.save(update_fields=["title", "updated_at"])
    return _answer_to(question, index + 1)


def ask_again(user: User, message: Message) -> Message:
    """Another answer to the question of `message`, beside it."""
    if message.role != Message.Role.ASSISTANT or message.parent is None:
        raise Refused("not_an_answer", _("Only an answer can be given again."))
    conversation = _ready(user, message.conversation)
    return _answer_to(message.parent, _next_index(conversation))


def _ready(user: User, conversation: Conversation) -> Conversation:
    """The conversation, locked until the commit: two questions at once cannot both pass here."""
    limits.check_tokens(user)
    conversation = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if not conversation.chatbot.is_active:
        raise Refused(
            "chatbot_inactive", _("This chatbot is switched off. Switch it on to ask it.")
        )
    if running_in(conversation):
        raise Refused(
            "answer_running",
            _("The last answer is still being written. Wait for it, or stop it."),
        )
    return conversation


def _next_index(conversation: Conversation) -> int:
    last = conversation.messages.aggregate(last=Max("message_index"))["last"]
    return 0 if last is None else last + 1


def _answer_to(question: Message, index: int) -> Message:
    reservation = credits.reserve(question.owner_id, PRICE, reason="answer")
    return Message.objects.create(
        owner_id=question.owner_id,
        conversation_id=question.conversation_id,
        parent=question,
        role=Message.Role.ASSISTANT,
        status=Message.Status.STREAMING,
        message_index=index,
        producer_token=uuid4(),
        lease_until=Now() + lease_length(),
        reservation_id=reservation.pk,
    )


def title_of(question: str) -> str:
    """A conversation's first title: the question's first line, cut at a word."""
    line = " ".join(question.split("\n", 1)[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
