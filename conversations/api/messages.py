"""Messages: ask, read, stop, ask again; whole or as server-sent events.

These views open the person's scope themselves, around the rows alone: an answer takes long, and
no transaction or connection may be held meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.prepared import Prepared
from accounts.rest.access import is_limited, within_limit
from accounts.rest.idempotent import Claim, mark_as_replayed, takes_key
from accounts.rest.problems import Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.views import OwnRows
from accounts.tenancy import scope
from conversations import asking, live, producers, storing
from conversations.api.serializers import (
    AnswerSerializer,
    EventSerializer,
    MessageSerializer,
    QuestionSerializer,
)
from conversations.asking import Refused
from conversations.models import Conversation, Message

EVENT_STREAM = "text/event-stream"
EVENTS = OpenApiResponse(
    EventSerializer,
    "Server-sent events, each of them like this. Comments in between keep the line open.",
)
ANSWERS: dict[Any, Any] = {
    (201, "application/json"): MessageSerializer,
    (200, EVENT_STREAM): EVENTS,
}


HELD = Prepared(
    lambda user, pk: Conversation.objects.for_user(User(pk=user)).filter(pk=pk),
)


@problem_for(Refused)
def refused(error: Refused) -> Problem:
    return Problem(409, error.code, error.message)


class MessageRows(OwnRows):
    area = "conversations"
    limited_methods, chatbot_field = ("GET", "POST"), "conversation__chatbot"
    orderings = ("message_index", "-message_index")
    queryset: QuerySet[Message] = Message.objects.defer("search_text", "content_tsv", "context")
    serializer_class = MessageSerializer
    filter_backends: list[Any] = []

    def ask(
        self, request: Request, asked: Callable[[], Message], *, stream: bool
    ) -> HttpResponseBase:
        """Store the question by `asked` and answer it; a repetition is told the first answer."""
        with scope(request.user):
            claim = Claim.of(request)
            first = claim.earlier()
            if first is None:
                message = asked()
                claim.remember(object_id=message.pk)
        if first:
            return self._again(first.object_id, stream=stream)
        return self._answer(message, stream=stream)

    def _again(self, pk: UUID | None, *, stream: bool) -> HttpResponseBase:
        with scope(self.request.user):
            message = get_object_or_404(self.get_queryset(), pk=pk)
        if message.is_running:
            detail = _("The first request's answer is being written. Follow its events, or wait.")
            raise Problem(
                409, "idempotency_running", detail, message_id=str(message.pk), retry_after=1
            )
        if stream:
            return mark_as_replayed(live.event_stream(self.request.user, message))
        return mark_as_replayed(Response(self.get_serializer(message).data, status=201))

    def _answer(self, message: Message, *, stream: bool) -> HttpResponseBase:
        """Start the answer, whose rows are committed, and relay it or wait for its end."""
        connection.close()
        if stream:
            live.produce(message)
            return live.event_stream(self.request.user, message)
        async_to_sync(producers.run)(message.pk, message.owner_id)
        return Response(live.stored_message(self.request.user, message.pk).as_event(), status=201)


class ConversationMessagesView(MessageRows):
    @extend_schema(summary="The messages of a conversation", responses=MessageSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        with scope(request.user):
            rows = self.get_queryset().filter(conversation=self._conversation(pk))
            page = self.get_serializer(self.paginate_queryset(rows), many=True).data
        return self.get_paginated_response(page)

    @extend_schema(summary="Ask a question", request=QuestionSerializer, responses=ANSWERS)
    @fails_with(402, 409)
    @takes_key
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        question = QuestionSerializer(data=request.data)
        question.is_valid(raise_exception=True)
        wanted = question.validated_data

        def asked() -> Message:
            conversation = self._conversation(pk)
            parent = self._parent(conversation, wanted)
            return asking.ask(request.user, conversation, wanted["content"], parent=parent)

        return self.ask(request, asked, stream=wanted["stream"])

    def _conversation(self, pk: UUID) -> Conversation:
        if not is_limited(self.request):
            held = HELD.first(self.request.user.pk, pk)
            if held is None:
                raise Http404
            return held
        rows = Conversation.objects.for_user(self.request.user)
        return get_object_or_404(within_limit(rows, self.request, "chatbot"), pk=pk)

    def _parent(self, conversation: Conversation, wanted: dict[str, Any]) -> asking.Parent:
        if "parent" not in wanted:
            return None
        if wanted["parent"] is None:
            return asking.Start.OF_CONVERSATION
        answered = self.get_queryset().filter(role=Message.Role.ASSISTANT)
        return get_object_or_404(answered, conversation=conversation, pk=wanted["parent"]).pk


class MessageView(MessageRows):
    @extend_schema(summary="One message as it stands")
    def get(self, request: Request, pk: UUID) -> Response:
        with scope(request.user):
            return Response(self.get_serializer(self.get_object()).data)


class StopView(MessageRows):
    @extend_schema(
        summary="Stop an answer",
        description="Its text so far is kept. 202 while it ends, 200 when it had ended already.",
        request=None,
        responses={202: MessageSerializer, 200: MessageSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        with scope(request.user):
            message = self.get_object()
            storing.request_stop(message)
        producers.stop(message.pk)
        status = 202 if message.is_running else 200
        return Response(self.get_serializer(message).data, status=status)


class RegenerateView(MessageRows):
    @extend_schema(
        summary="Another answer to the same question", request=AnswerSerializer, responses=ANSWERS
    )
    @fails_with(402, 409)
    @takes_key
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        wanted = AnswerSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)

        def asked() -> Message:
            rows = self.get_queryset().select_related("conversation__chatbot", "parent")
            return asking.ask_again(request.user, get_object_or_404(rows, pk=pk))

        return self.ask(request, asked, stream=wanted.validated_data["stream"])


class ContinueView(MessageRows):
    @extend_schema(
        summary="The rest of an answer that was cut, as a message below it",
        request=AnswerSerializer,
        responses=ANSWERS,
    )
    @fails_with(402, 409)
    @takes_key
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        wanted = AnswerSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)

        def asked() -> Message:
            rows = self.get_queryset().select_related("conversation__chatbot", "parent")
            return asking.go_on(request.user, get_object_or_404(rows, pk=pk))

        return self.ask(request, asked, stream=wanted.validated_data["stream"])


class EventsView(MessageRows):
    http_method_names = ["get"]

    @extend_schema(
        summary="An answer's events, from the start or after the last one seen",
        parameters=[OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER)],
        responses={(200, EVENT_STREAM): EVENTS},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        with scope(request.user):
            message = self.get_object()
        after = request.headers.get("Last-Event-ID", "")
        return live.event_stream(request.user, message, after)
