"""What producing an answer needs, read in one go so that no connection is held after."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts import answering
from accounts.tenancy import scope
from conversations import prompts
from conversations.models import Message
from documents.retrieval import Parameters, SearchScope
from providers.account import Accounts
from providers.base import ChatMessage


@dataclass
class Turn:
    message_id: UUID
    user_message_id: UUID
    owner_id: UUID
    conversation_id: UUID
    chatbot_id: UUID
    producer_token: UUID
    question: str
    history: list[ChatMessage]
    search_scope: SearchScope
    search_parameters: Parameters
    model: str
    accounts: Accounts
    system_prompt: str
    refusal_text: str
    temperature: float
    max_tokens: int

    @property
    def own_provider(self) -> str:
        """Where the owner's own account answers; empty: with ours, or on this machine."""
        provider = self.model.partition("/")[0]
        return provider if provider in self.accounts else ""


def load_turn(message_id: UUID, owner_id: UUID) -> Turn:
    with scope(owner_id):
        message = Message.objects.select_related("conversation__chatbot__owner", "parent").get(
            pk=message_id
        )
        chatbot = message.conversation.chatbot
        model, accounts = answering.model_for(chatbot.owner, chatbot.model)
        return Turn(
            message_id=message.pk,
            user_message_id=message.parent_id,
            owner_id=owner_id,
            conversation_id=message.conversation_id,
            chatbot_id=chatbot.pk,
            producer_token=message.producer_token,
            question=message.parent.content,
            history=history(message.parent),
            search_scope=chatbot.search_scope(),
            search_parameters=chatbot.search_parameters(),
            model=model,
            accounts=accounts,
            system_prompt=chatbot.system_prompt,
            refusal_text=chatbot.refusal_text,
            temperature=chatbot.temperature,
            max_tokens=chatbot.max_tokens,
        )


def history(question: Message) -> list[ChatMessage]:
    """The turns that led to a question, oldest first: its ancestors, not other branches."""
    earlier = Message.objects.filter(
        conversation_id=question.conversation_id, message_index__lt=question.message_index
    ).only("parent_id", "role", "content")
    by_id = {message.pk: message for message in earlier}
    turns: list[ChatMessage] = []
    parent = by_id.get(question.parent_id)
    while parent and len(turns) < prompts.MAX_HISTORY:
        if parent.content and parent.role in {"user", "assistant"}:
            turns.append(ChatMessage(parent.role, parent.content))
        parent = by_id.get(parent.parent_id)
    return turns[::-1]
