"""A conversation as a file: JSON for programs, Markdown for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer

from conversations.claims import doubted, without_marks
from conversations.models import Conversation, Message

BEGINNING = 60  # characters of a message that another refers to


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
    """All branches, in the order of time; what does not follow on what stands above it says so."""
    said = messages_of(conversation)
    known = {message.pk: message for message in said}
    parts, above = [f"# {conversation}"], None
    for message in said:
        before = known.get(message.parent_id) if message.parent_id else None
        place = "" if before == above else _place(message, before)
        parts.append(_turn(message, conversation.chatbot.name, place))
        above = message
    return "\n\n".join(parts) + "\n"


def _place(message: Message, before: Message | None) -> str:
    if before is None:
        return _("*Begun anew:*")
    words = Truncator(" ".join(without_marks(before.content).split())).chars(BEGINNING)
    if message.role == Message.Role.ASSISTANT and before.role == Message.Role.USER:
        return _("*Another answer to “%s”:*") % words
    return _("*After “%s”:*") % words


def _turn(message: Message, chatbot_name: str, place: str) -> str:
    speaker = chatbot_name if message.role == Message.Role.ASSISTANT else _("You")
    notes = [_source(citation) for citation in message.citations]
    said = doubted(message.content, message.claims).strip()
    if said != message.content.strip():
        notes.append("> " + _("[?] not clearly supported by this source"))
    if ending := _ending(message):
        notes.append(f"> {ending}")
    return "\n\n".join(filter(None, [f"## {speaker}", place, said, *notes]))


def _ending(message: Message) -> str:
    """How an answer ended that is not whole."""
    if message.status == Message.Status.STOPPED:
        return _("This answer was stopped.")
    if message.status == Message.Status.STREAMING:
        return _("The answer is being written.")
    if message.status == Message.Status.ERROR:
        return message.error_message or _("There was no answer. Try again.")
    if message.status == Message.Status.INCOMPLETE:
        return " ".join([_("This answer is incomplete."), message.error_message]).strip()
    return ""


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
