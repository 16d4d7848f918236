"""The live side of the chat page: starting an answer and tailing it as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import unscoped
from accounts.tenancy import scope
from conversations import producers
from conversations.access import guarded
from conversations.models import Message
from conversations.readers import Reader
from conversations.thread import gone_for
from conversations.turns import load_turn


def produce(message: Message) -> None:
    """Start the answer in the server's event loop; its rows must have been committed."""
    turn = load_turn(message.pk, message.owner_id)
    async_to_sync(producers.begin)(turn)


def stored_message(user: User, pk: UUID) -> Message:
    with scope(user):
        return get_object_or_404(Message.objects.for_user(user), pk=pk)


@unscoped
@login_required
@require_GET
def events(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """An answer as it is written. `after` is for a page that shows a part already."""
    message = stored_message(request.user, pk)
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return event_stream(request.user, message, after)


def event_stream(user: User, message: Message, after: str = "") -> StreamingHttpResponse:
    """The events of an answer of the user's (the caller has looked) beyond the id `after`."""
    return streamed(reader_of(user, message, after).stream())


def reader_of(user: User, message: Message, after: str = "") -> Reader:
    """Of a member of the chatbot's project it hears nothing once they are one no more."""

    async def stored() -> dict[str, Any]:
        return await producers.in_thread(_recalled, user, message.pk)

    reader = Reader.after(after, message.pk, stored)
    if user.pk != message.owner_id:
        reader.guard = partial(guarded, message=message, reader=user)
    return reader


def _recalled(user: User, pk: UUID) -> dict[str, Any]:
    """The answer from its row, without passages of documents that are deleted or out of sight;
    those are `gone`."""
    with scope(user):
        message = get_object_or_404(Message.objects.for_user(user), pk=pk)
        gone = gone_for(user.pk, [message])
    told = {**message.recalled(), "gone": gone}
    told["context"] = [found for found in told["context"] if found["document_id"] not in gone]
    return told


def streamed(parts: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(parts, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    connection.close()  # the stream may last minutes and needs none
    return response
