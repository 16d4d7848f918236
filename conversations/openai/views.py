"""`chat/completions`: a chatbot's answer by OpenAI's protocol, whole or as a stream."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.connections import give_back
from accounts.rest.access import KeyAuthentication
from accounts.rest.idempotent import Claim, mark_as_replayed, takes_key
from accounts.rest.problems import Problem
from accounts.rest.schema import fails_with
from accounts.rest.views import ApiView
from accounts.tenancy import scope
from conversations import live, producers
from conversations.models import Message
from conversations.openai import calls, completions
from conversations.openai.calls import Call
from conversations.openai.chatbots import chatbot_or_404
from conversations.openai.completions import Answering
from conversations.openai.errors import AsOpenAI
from conversations.openai.requests import CompletionRequestSerializer
from conversations.openai.shapes import CompletionEventSerializer, CompletionSerializer

STREAM = OpenApiResponse(CompletionEventSerializer, "Server-sent events, each like this.")


class CompletionsView(AsOpenAI, ApiView):
    """Opens its scopes itself, around the rows alone: an answer takes long."""

    authentication_classes = [KeyAuthentication]
    area = "conversations"
    limited_methods = project_methods = ("POST",)
    serializer_class = CompletionRequestSerializer

    @extend_schema(
        summary="Ask a chatbot as if it were a model of OpenAI's",
        responses={
            (200, "application/json"): CompletionSerializer,
            (200, "text/event-stream"): STREAM,
        },
    )
    @fails_with(404, 409)
    @takes_key
    def post(self, request: Request) -> HttpResponseBase:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        with scope(request.user):
            claim = Claim.of(request)
            first = claim.earlier()
            call = _call(request, wanted)
            answer = _first_answer(request, first.object_id) if first else calls.ask(call)
            if not first:
                claim.remember(object_id=answer.pk)
        give_back()
        if not first:
            calls.remember(call, answer)
        response = self._answered(call, answer, wanted, is_new=not first)
        return mark_as_replayed(response) if first else response

    def _answered(
        self, call: Call, answer: Message, wanted: dict[str, Any], *, is_new: bool
    ) -> HttpResponseBase:
        with_usage = bool((wanted.get("stream_options") or {}).get("include_usage"))
        answering = Answering(answer, call.chatbot.slug, with_usage)
        if wanted["stream"]:
            if is_new:
                live.produce(answer)
            events = live.reader_of(call.user, answer).events()
            return live.streamed(completions.chunks(answering, events))
        if is_new:
            async_to_sync(producers.run)(answer.pk, answer.owner_id)
            answer = live.stored_message(call.user, answer.pk)
        return _whole(answering, answer)


def _call(request: Request, wanted: dict[str, Any]) -> Call:
    most = wanted.get("max_completion_tokens") or wanted.get("max_tokens")
    return Call(
        user=request.user,
        key_id=request.auth.pk,
        chatbot=chatbot_or_404(request, wanted["model"]),
        turns=wanted["turns"],
        question=wanted["question"],
        prompt=wanted["prompt"],
        temperature=wanted.get("temperature"),
        max_tokens=most,
    )


def _first_answer(request: Request, pk: UUID | None) -> Message:
    """What the first request with this Idempotency-Key was answered."""
    answer = Message.objects.for_user(request.user).filter(pk=pk).first()
    if answer is None:
        raise Problem(404, "not_found", _("The answer to this request was deleted."))
    return answer


def _whole(answering: Answering, answer: Message) -> Response:
    if answer.is_running:
        detail = _("The first request's answer is being written. Ask again shortly.")
        raise Problem(409, "idempotency_running", detail, retry_after=1)
    told = answer.as_event()
    reason = completions.finish_reason(told)
    if reason is None:
        raise Problem(503, *completions.failure(told))
    return Response(completions.completion(answering, told, reason))
