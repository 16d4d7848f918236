"""A question and the answer to come, as rows: one set of rules for page and API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID, uuid4

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from billing import credits, limits
from conversations.answers import PRICE, lease_length
from conversations.models import Conversation, Message
from conversations.thread import CUT, running_in
from language.terms import index_terms

TITLE_LENGTH = 80


@dataclass
class Refused(Exception):
    """The question was not taken; `code` is stable, `message` tells the person why."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


class Start(Enum):
    """Where a question stands that replies to nothing said before."""

    OF_CONVERSATION = 1


Parent = UUID | Start | None


def ask(user: User, conversation: Conversation, content: str, *, parent: Parent = None) -> Message:
    """Store a question; returns the assistant's message, streaming. Call it inside a scope.

    It replies to `parent`, by default to the end of the branch that is shown. Raises Refused or
    QuotaExceeded before anything is written. The caller starts the producer once the transaction
    has committed.
    """
    conversation = _ready(user, conversation)
    newest = _newest(conversation)
    if parent is None:
        parent = conversation.leaf_id or (newest.pk if newest else None)
    question = Message.objects.create(
        owner_id=conversation.owner_id,
        conversation=conversation,
        author=user,
        parent_id=parent if isinstance(parent, UUID) else None,
        role=Message.Role.USER,
        content=content,
        search_text=" ".join(index_terms(content)),
        message_index=newest.message_index + 1 if newest else 0,
    )
    if not conversation.title:
        conversation.title = title_of(content)
    return _answer_to(conversation, question, question.message_index + 1)


def ask_instead(user: User, question: Message, content: str) -> Message:
    """The question in other words, beside it."""
    parent = question.parent_id or Start.OF_CONVERSATION
    return ask(user, question.conversation, content, parent=parent)


def ask_again(user: User, message: Message) -> Message:
    """Another answer to the question of `message`, beside it."""
    if message.role != Message.Role.ASSISTANT or message.parent is None:
        raise Refused("not_an_answer", _("Only an answer can be given again."))
    return _answer_after(_ready(user, message.conversation), message.parent)


def go_on(user: User, message: Message) -> Message:
    """The rest of an answer that was stopped or cut, below it."""
    if message.status not in CUT or not message.content or message.parent is None:
        raise Refused("not_cut", _("This answer was not cut, so there is no rest of it."))
    return _answer_after(_ready(user, message.conversation), message)


def _ready(user: User, conversation: Conversation) -> Conversation:
    """The conversation, locked until the commit: two questions at once cannot both pass here."""
    # Who made the chatbot pays for what it says.
    limits.check_tokens(user if conversation.owner_id == user.pk else conversation.owner)
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


def _newest(conversation: Conversation) -> Message | None:
    rows = conversation.messages.only("pk", "message_index", "conversation_id")
    return rows.order_by("-message_index").first()


def _answer_after(conversation: Conversation, before: Message) -> Message:
    newest = _newest(conversation)
    return _answer_to(conversation, before, newest.message_index + 1 if newest else 0)


def _answer_to(conversation: Conversation, before: Message, index: int) -> Message:
    """The answer to a question, or the rest of an answer; it ends the branch that is shown."""
    reservation = credits.reserve(before.owner_id, PRICE, reason="answer")
    answer = Message.objects.create(
        owner_id=before.owner_id,
        conversation_id=before.conversation_id,
        parent=before,
        role=Message.Role.ASSISTANT,
        status=Message.Status.STREAMING,
        message_index=index,
        producer_token=uuid4(),
        lease_until=Now() + lease_length(),
        reservation_id=reservation.pk,
    )
    conversation.leaf = answer
    conversation.save(update_fields=["leaf", "title", "updated_at"])
    return answer


def title_of(question: str) -> str:
    """A conversation's first title: the question's first line, cut at a word."""
    line = " ".join(question.split("\n", 1)[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
