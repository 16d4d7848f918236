"""A call for an answer as rows: the conversation it goes on with, or one of its own.

Clients send the whole conversation each time. What an answer was asked with is remembered for a
day, by its digest: a history that is what an earlier call was asked and answered goes on in that
call's conversation, one message longer. Any other becomes the first messages of a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts import valkey
from accounts.models import User
from chatbots.models import Chatbot
from conversations import asking
from conversations.asking import Refused, title_of
from conversations.models import Conversation, Message

REMEMBERED_SECONDS = 86_400
Turns = Sequence[dict[str, Any]]  # role and content, oldest first


@dataclass(frozen=True)
class Call:
    """`key_id` is the API key's; `turns` are those before the question."""

    user: User
    key_id: UUID
    chatbot: Chatbot
    turns: Turns
    question: str
    prompt: str = ""
    temperature: float | None = None
    max_tokens: int | None = None

    def digest(self, turns: Turns) -> str:
        """Of everything that decides what answers these turns."""
        how = [self.prompt, self.temperature, self.max_tokens]
        said = [[turn["role"], turn["content"].strip()] for turn in turns]
        everything = json.dumps([str(self.key_id), str(self.chatbot.pk), *how, said])
        return hashlib.sha256(everything.encode()).hexdigest()


def ask(call: Call) -> Message:
    """The answer to be produced, its rows stored; as `asking.ask` in all else.

    An earlier call's conversation in which something is being written is left to that.
    """
    if before := _before(call):
        try:
            return asking.ask(call.user, before.conversation, call.question, parent=before.pk)
        except Refused as refused:
            if refused.code != "answer_running":
                raise
    return asking.ask(call.user, _begin(call), call.question)


def remember(call: Call, answer: Message) -> None:
    """For a call that goes on from this answer. Losing it costs nothing but a new conversation."""
    name = _name(call, [*call.turns, {"role": "user", "content": call.question}])
    with suppress(valkey.Away):
        valkey.ask(lambda client: client.set(name, answer.pk.bytes, ex=REMEMBERED_SECONDS))


def _before(call: Call) -> Message | None:
    """The stored answer that the history ends with, word for word."""
    if not call.turns or call.turns[-1]["role"] != "assistant":
        return None
    name = _name(call, call.turns[:-1])
    try:
        held: bytes | None = valkey.ask(lambda client: client.get(name))
    except valkey.Away:
        return None
    if held is None:
        return None
    answered = Message.objects.for_user(call.user).select_related("conversation__chatbot")
    message = answered.filter(pk=UUID(bytes=held), conversation__chatbot=call.chatbot).first()
    is_it = message and message.content.strip() == call.turns[-1]["content"].strip()
    return message if is_it else None


def _begin(call: Call) -> Conversation:
    """A conversation with the history that was given as its messages, each below the last."""
    first = next((turn["content"] for turn in call.turns if turn["role"] == "user"), "")
    conversation = Conversation.objects.create(
        owner_id=call.chatbot.owner_id,
        chatbot=call.chatbot,
        user=call.user,
        channel=Conversation.Channel.OPENAI,
        title=title_of(first),
        system_prompt=call.prompt,
        temperature=call.temperature,
        metadata={"max_tokens": call.max_tokens} if call.max_tokens else {},
    )
    parent: Message | None = None
    given = []
    for index, turn in enumerate(call.turns):
        parent = Message(
            owner_id=conversation.owner_id,
            conversation=conversation,
            author=call.user if turn["role"] == Message.Role.USER else None,
            parent=parent,
            role=turn["role"],
            content=turn["content"],
            message_index=index,
            metadata={"given": True},
        )
        given.append(parent)
    Message.objects.bulk_create(given)
    return conversation


def _name(call: Call, turns: Turns) -> str:
    return f"openai-answer:{call.digest(turns)}"
