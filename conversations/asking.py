"""When a question may be asked, or an answer given again: one set of rules for page and API."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from conversations import answers
from conversations.models import Conversation, Message
from conversations.thread import running_in


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
    """Store a question; returns the answer to come. Call it inside the person's scope.

    Raises Refused or QuotaExceeded before anything is written.
    """
    _refuse_if_not_ready(conversation)
    return answers.ask(user, conversation, content, parent=parent)


def ask_again(user: User, message: Message) -> Message:
    """Another answer to the question of `message`, beside it."""
    if message.role != Message.Role.ASSISTANT or message.parent is None:
        raise Refused("not_an_answer", _("Only an answer can be given again."))
    _refuse_if_not_ready(message.conversation)
    return answers.regenerate(user, message)


def _refuse_if_not_ready(conversation: Conversation) -> None:
    # Held until the commit, so that two questions at once cannot both find no answer running.
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    if not conversation.chatbot.is_active:
        raise Refused(
            "chatbot_inactive", _("This chatbot is switched off. Switch it on to ask it.")
        )
    if running_in(conversation):
        raise Refused(
            "answer_running",
            _("The last answer is still being written. Wait for it, or stop it."),
        )
