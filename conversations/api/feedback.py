"""Feedback on an answer or on a whole conversation: give it, look at it, take it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.access import within_limit
from accounts.rest.schema import fails_with
from accounts.rest.views import ApiView
from conversations import feedback
from conversations.api.serializers import FeedbackSerializer
from conversations.feedback import Verdict
from conversations.models import Conversation, Feedback, Message


class FeedbackView(ApiView):
    """What it is about is said by `about`: the conversation, and the answer if it is one."""

    area = "conversations"
    limited_methods = ("GET", "POST", "DELETE")
    serializer_class = FeedbackSerializer
    http_method_names = ["get", "post", "delete"]

    def about(self, pk: UUID) -> tuple[Conversation, Message | None]:
        raise NotImplementedError

    @extend_schema(summary="One's own feedback")
    @fails_with(404)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(self._given(*self.about(pk))).data)

    @extend_schema(
        summary="Give feedback, or change it",
        responses={201: FeedbackSerializer, 200: FeedbackSerializer},
    )
    @fails_with(404)
    def post(self, request: Request, pk: UUID) -> Response:
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        conversation, message = self.about(pk)
        verdict = Verdict(**wanted.validated_data)
        given, is_new = feedback.give(request.user, conversation, verdict, message)
        return Response(self.get_serializer(given).data, status=201 if is_new else 200)

    @extend_schema(summary="Take feedback back", responses={204: None})
    @fails_with(404)
    def delete(self, request: Request, pk: UUID) -> Response:
        if not feedback.withdraw(request.user, *self.about(pk)):
            raise Http404
        return Response(status=204)

    def _given(self, conversation: Conversation, message: Message | None) -> Feedback:
        mine = Feedback.objects.filter(conversation=conversation, user=self.request.user)
        return get_object_or_404(mine, message=message)


class MessageFeedbackView(FeedbackView):
    def about(self, pk: UUID) -> tuple[Conversation, Message]:
        held = Message.objects.for_user(self.request.user).select_related("conversation")
        found = get_object_or_404(
            within_limit(held, self.request, "conversation__chatbot").defer("context"), pk=pk
        )
        if found.role != Message.Role.ASSISTANT:
            raise serializers.ValidationError({"message": [_("Only answers take feedback.")]})
        return found.conversation, found


class ConversationFeedbackView(FeedbackView):
    def about(self, pk: UUID) -> tuple[Conversation, None]:
        held: Any = Conversation.objects.for_user(self.request.user)
        return get_object_or_404(within_limit(held, self.request, "chatbot"), pk=pk), None
