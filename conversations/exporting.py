"""A conversation as a file: JSON for programs, Markdown for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer

from conversations.claims import doubted
from conversations.models import Conversation, Message


def download(conversation: Conversation, wanted: str) -> HttpResponse:
    """The file; `wanted` is one of FORMATS."""
    suffix, kind, make = FORMATS[wanted]
    response = HttpResponse(make(conversation), content_type=kind)
    name = f"{slugify(conversation.title) or 'conversation'}.{suffix}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def messages_of(conversation: Conversation) -> list[Message]:
    return list(conversation.messages.defer("search_text", "content_tsv", "context").in_order())


def as_json(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.pk),
        "title": conversation.title,
        "chatbot": {"id": str(conversation.chatbot_id), "name": conversation.chatbot.name},
        "created_at": conversation.created_at,
        "messages": [message.as_event() for message in messages_of(conversation)],
    }


def as_markdown(conversation: Conversation) -> str:
    turns = [_turn(message, conversation.chatbot.name) for message in messages_of(conversation)]
    return "\n\n".join([f"# {conversation}", *turns]) + "\n"


def _turn(message: Message, chatbot_name: str) -> str:
    speaker = chatbot_name if message.role == Message.Role.ASSISTANT else _("You")
    sources = [_source(citation) for citation in message.citations]
    said = doubted(message.content, message.claims).strip()
    if said != message.content.strip():
        sources.append("> " + _("[?] not clearly supported by this source"))
    return "\n\n".join([f"## {speaker}", said, *sources]).strip()


def _source(citation: dict[str, Any]) -> str:
    page = f", page {citation['page']}" if citation["page"] else ""
    quote = " ".join(citation["quote"].split())
    return f"> [{citation['number']}] {citation['document_name']}{page}: “{quote}”"


def _json_file(conversation: Conversation) -> bytes:
    rendered: bytes = JSONRenderer().render(as_json(conversation))
    return rendered


FORMATS: dict[str, tuple[str, str, Callable[[Conversation], str | bytes]]] = {
    "json": ("json", "application/json", _json_file),
    "markdown": ("md", "text/markdown; charset=utf-8", as_markdown),
}
