"""A conversation as its page shows it: the branch that leads to the newest message."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from chatbots import versions
from chatbots.models import Chatbot
from conversations import feedback
from conversations.branches import ALONE, Place, Tree
from conversations.claims import without_marks
from conversations.models import Conversation, Feedback, Message, ShareLink
from conversations.prompts import default_refusal
from conversations.rendering import passage_url, render_answer
from documents.models import Document
from language.terms import index_terms

SHOWN = 60  # messages on the page at first; a link leads to the earlier ones
OFFLINE_MODEL = "extractive"
CUT = {Message.Status.INCOMPLETE, Message.Status.STOPPED}


@dataclass
class ShownMessage:
    """A message with all that its template asks for."""

    message: Message
    chatbot: Chatbot
    gone: frozenset[str] = frozenset()
    place: Place = ALONE
    feedback: Feedback | None = None

    @cached_property
    def html(self) -> SafeString:
        message = self.message
        return render_answer(message.content, message.citations, self.gone, message.claims)

    @property
    def is_offline(self) -> bool:
        return self.message.model_used == OFFLINE_MODEL and bool(self.message.citations)

    @property
    def found_nothing(self) -> bool:
        """It ended by saying, in the words it was given, that the documents do not tell."""
        message = self.message
        if message.status != Message.Status.COMPLETE:
            return False
        refusal = self.chatbot.refusal_text or default_refusal()
        return index_terms(without_marks(message.content)) == index_terms(refusal)

    @property
    def is_unsupported(self) -> bool:
        message = self.message
        done = message.status == Message.Status.COMPLETE
        return done and not message.citations and not self.found_nothing

    @property
    def doubts(self) -> int:
        """How many of its cited statements their sources do not clearly support."""
        return sum(not claim["supported"] for claim in self.message.claims)

    @property
    def is_doubtful(self) -> bool:
        """None of its cited statements is clearly supported."""
        return self.doubts > 0 and self.doubts == len(self.message.claims)

    @property
    def looks_back(self) -> bool:
        """What it was given is offered where its own sources do not do."""
        message = self.message
        return bool(message.content) and (
            not message.citations or self.found_nothing or self.is_doubtful
        )

    @property
    def looked_at(self) -> list[dict[str, Any]]:
        """The passages it was given, each with the address that opens it."""
        return [
            {**passage, "url": passage_url(passage)}
            for passage in self.message.context
            if passage["document_id"] not in self.gone
        ]

    @property
    def cited(self) -> list[dict[str, Any]]:
        return [
            {
                **citation,
                "url": passage_url(citation),
                "is_gone": citation["document_id"] in self.gone,
            }
            for citation in self.message.citations
        ]

    @property
    def can_go_on(self) -> bool:
        """It was cut, and a model that writes may take it up again."""
        message = self.message
        is_cut = message.status in CUT and bool(message.content)
        return is_cut and message.model_used != OFFLINE_MODEL


class Shared(ShownMessage):
    """A message for readers who cannot open its sources: they have the quotes."""

    @cached_property
    def cited(self) -> list[dict[str, Any]]:
        anchor = f"#source-{self.message.pk}"
        return [
            {**citation, "url": f"{anchor}-{citation['number']}"}
            for citation in self.message.citations
        ]

    @cached_property
    def html(self) -> SafeString:
        return render_answer(self.message.content, self.cited, (), self.message.claims)


def shared(messages: list[Message], link: ShareLink) -> list[Shared]:
    chatbot = versions.in_force(link.conversation.chatbot)
    return [Shared(message, chatbot) for message in messages]


def shown(
    messages: list[Message], conversation: Conversation, tree: Tree | None = None
) -> list[ShownMessage]:
    """Messages ready for their template; one query finds which cited documents are gone."""
    tree = tree or Tree(conversation)
    chatbot = versions.in_force(conversation.chatbot, draft=conversation.is_preview)
    gone = gone_for(conversation.user_id, messages)
    given = feedback.given(conversation, messages)
    return [
        ShownMessage(message, chatbot, gone, tree.place(message.pk), given.get(message.pk))
        for message in messages
    ]


def thread_of(conversation: Conversation, tree: Tree, *, most: int | None = None) -> list[Message]:
    """The last messages of the branch that is shown, oldest first."""
    branch = tree.branch()[-most:] if most else tree.branch()
    found = conversation.messages.defer("search_text", "content_tsv").in_bulk(branch)
    return [found[pk] for pk in branch]


def gone_for(user_id: UUID | None, messages: list[Message]) -> frozenset[str]:
    """Ids of the documents named there that are deleted, or out of the person's sight by now."""
    named = {
        source["document_id"]
        for message in messages
        for source in [*message.citations, *message.context]
    }
    if not named:
        return frozenset()
    seen = Document.objects.visible_to(user_id).filter(pk__in=named)
    found = seen.values_list("pk", flat=True)
    return frozenset(named - {str(pk) for pk in found})
