"""What producing an answer needs, read in one go so that no connection is held after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts import answering
from accounts.credentials import ProviderCredential
from accounts.prepared import Prepared
from accounts.tenancy import scope
from billing.models import Reservation
from billing.prices import FREE, Price
from chatbots import versions
from conversations import attachments
from conversations.models import Attachment, Message
from documents.retrieval import Parameters, SearchScope
from providers.account import Accounts
from providers.base import ChatMessage


@dataclass(frozen=True)
class Earlier(ChatMessage):
    """A turn before the question; `summary` was made for it, of what came before."""

    id: UUID | None = None
    summary: dict[str, Any] | None = None


@dataclass
class Turn:
    message_id: UUID
    user_message_id: UUID
    owner_id: UUID
    conversation_id: UUID
    chatbot_id: UUID
    producer_token: UUID
    question: str
    begun: str  # the answer so far, of which the rest is asked for; empty: a new one
    history: list[Earlier]
    search_scope: SearchScope
    search_parameters: Parameters
    model: str
    accounts: Accounts
    system_prompt: str
    refusal_text: str
    temperature: float
    max_tokens: int
    tools: tuple[str, ...] = ()
    strict: bool = True
    attached: SearchScope | None = None  # what was dropped into the conversation
    reservation_id: UUID | None = None
    price: Price = FREE  # by which it was held
    tokens_held: int = 0  # of the day's, for what is sent and said

    @property
    def own_provider(self) -> str:
        """Where the owner's own account answers; empty: with ours, or on this machine."""
        provider = self.model.partition("/")[0]
        return provider if provider in self.accounts else ""


HELD = Reservation.objects.filter(pk=OuterRef("reservation_id"))
DROPPED = Attachment.objects.filter(conversation=OuterRef("conversation_id"))
KEYS = ProviderCredential.objects.filter(owner=OuterRef("owner_id"))
ASKED = Prepared(
    lambda message: (
        Message.objects.filter(pk=message)
        .select_related(
            "conversation__chatbot__owner", "conversation__chatbot__published", "parent"
        )
        .defer("search_text", "content_tsv", "context")
        .defer("parent__search_text", "parent__content_tsv", "parent__context")
        .annotate(
            price=HELD.values("price"),
            tokens_held=HELD.values("tokens"),
            has_attachments=Exists(DROPPED),
            has_keys=Exists(KEYS),
        )
    )
)


def load_turn(message_id: UUID, owner_id: UUID) -> Turn:
    with scope(owner_id):
        message = ASKED.first(message_id)
        if message is None:
            raise Message.DoesNotExist
        conversation = message.conversation
        chatbot = versions.in_force(conversation.chatbot, draft=conversation.is_preview)
        question, begun = _asked(message.parent)
        chosen = conversation.model or chatbot.model
        model, accounts = answering.model_for(chatbot.owner, chosen, has_keys=message.has_keys)
        return Turn(
            message_id=message.pk,
            user_message_id=question.pk,
            owner_id=owner_id,
            conversation_id=message.conversation_id,
            chatbot_id=chatbot.pk,
            producer_token=message.producer_token,
            question=question.content,
            begun=begun,
            history=history(question),
            search_scope=chatbot.search_scope(),
            search_parameters=chatbot.search_parameters(),
            model=model,
            accounts=accounts,
            system_prompt="\n\n".join(
                filter(None, [chatbot.system_prompt, conversation.system_prompt])
            ),
            refusal_text=chatbot.refusal_text,
            temperature=(
                chatbot.temperature
                if conversation.temperature is None
                else conversation.temperature
            ),
            max_tokens=min(
                chatbot.max_tokens, conversation.metadata.get("max_tokens", chatbot.max_tokens)
            ),
            tools=tuple(chatbot.tools),
            strict=chatbot.strict,
            attached=attachments.search_scope(conversation) if message.has_attachments else None,
            reservation_id=message.reservation_id,
            price=Price.from_json(message.price or {}),
            tokens_held=message.tokens_held or 0,
        )


def _asked(before: Message) -> tuple[Message, str]:
    """The question that an answer below this message is for, and what of the answer is there."""
    begun = ""
    while before.role == Message.Role.ASSISTANT and before.parent:
        begun = before.content + begun
        before = before.parent
    return before, begun


def history(question: Message) -> list[Earlier]:
    """The turns that led to a question, oldest first: its ancestors, not other branches."""
    if question.parent_id is None:
        return []
    earlier = Message.objects.filter(
        conversation_id=question.conversation_id, message_index__lt=question.message_index
    ).only("parent_id", "role", "content", "metadata")
    by_id = {message.pk: message for message in earlier}
    turns: list[Earlier] = []
    parent = by_id.get(question.parent_id)
    while parent:
        if turns and turns[-1].role == parent.role == "assistant":  # an answer and its rest
            turns[-1] = replace(turns[-1], content=parent.content + turns[-1].content)
        elif parent.content and parent.role in {"user", "assistant"}:
            turns.append(Earlier(parent.role, parent.content, id=parent.pk, summary=parent.summary))
        parent = by_id.get(parent.parent_id)
    return turns[::-1]
