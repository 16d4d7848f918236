"""Conversations: begin, find, look, rename, archive, export, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering
from accounts.rest.etags import TaggedRows
from accounts.rest.filters import BooleanFilter
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem
from accounts.rest.schema import fails_with
from chatbots.api.lookup import chatbot_or_404
from chatbots.models import Chatbot
from conversations import attachments, exporting
from conversations.api.serializers import (
    ConversationSerializer,
    ExportSerializer,
    NewConversationSerializer,
)
from conversations.history import matching
from conversations.matches import Match, matches_of
from conversations.models import Conversation, ConversationQuerySet


class ConversationFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        method="matching", max_length=200, label="Words said in it, or in its title."
    )
    chatbot = django_filters.CharFilter(method="held_with", label="Id or slug of its chatbot.")
    status = django_filters.ChoiceFilter(choices=Conversation.Status)
    pinned = BooleanFilter()
    channel = django_filters.ChoiceFilter(choices=Conversation.Channel)

    class Meta:
        model = Conversation
        fields: list[str] = []

    def matching(self, rows: ConversationQuerySet, name: str, text: str) -> ConversationQuerySet:
        return matching(rows, self.request.user, text)

    def held_with(self, rows: ConversationQuerySet, name: str, text: str) -> ConversationQuerySet:
        return rows.filter(chatbot=chatbot_or_404(self.request, text))


@extend_schema_view(retrieve=extend_schema(summary="One conversation"))
class ConversationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TaggedRows):
    area = "conversations"
    limited_methods, chatbot_field = ("GET", "POST", "PATCH", "DELETE"), "chatbot"
    orderings = ("-created_at", "created_at", "-last_message_at", "last_message_at")
    queryset: QuerySet[Conversation] = Conversation.objects.held()
    serializer_class = ConversationSerializer
    filterset_class = ConversationFilter
    matches: dict[UUID, Match] = {}

    def paginate_queryset(self, queryset: QuerySet[Conversation]) -> Sequence[Conversation]:
        page = super().paginate_queryset(queryset)
        self.matches = matches_of(page, self.request.query_params.get("search", ""))
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "matches": self.matches}

    @extend_schema(summary="Conversations one holds")
    @fails_with(404)
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(
        summary="Begin a conversation with a chatbot",
        request=NewConversationSerializer,
        responses={201: ConversationSerializer},
    )
    @fails_with(404)
    @idempotent
    def create(self, request: Request) -> Response:
        wanted = NewConversationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        chatbot = chatbot_or_404(request, wanted.validated_data["chatbot"])
        conversation = Conversation.objects.create(
            owner_id=chatbot.owner_id,
            chatbot=chatbot,
            user=request.user,
            channel=Conversation.Channel.API,
            title=wanted.validated_data["title"],
        )
        return Response(self.get_serializer(conversation).data, status=201)

    @extend_schema(
        summary="Rename, pin, archive, walk to another branch, answer with another model"
    )
    @fails_with(404)
    def partial_update(self, request: Request, pk: str) -> Response:
        conversation = self.get_object()
        serializer = self.get_serializer(conversation, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changed = serializer.validated_data
        if changed.get("leaf_id"):
            get_object_or_404(conversation.messages.only("pk"), pk=changed["leaf_id"])
        if "model" in changed:
            self._check_model(conversation, changed["model"])
        for field, value in changed.items():
            setattr(conversation, field, value)
        # Only what was sent: the counters belong to triggers.
        fields = [name.removesuffix("_id") for name in changed]
        conversation.save(update_fields=[*fields, "updated_at"])
        return Response(serializer.to_representation(conversation))

    def _check_model(self, conversation: Conversation, model: str) -> None:
        """Its owner pays, so only who may change the chatbot chooses another, of those it may use.
        What else is overruled concerns nobody but who talks."""
        mine = Chatbot.objects.editable_by(self.request.user).select_related("owner")
        chatbot = mine.filter(pk=conversation.chatbot_id).first()
        if chatbot is None:
            detail = _("Only who may change the chatbot may choose another model.")
            raise Problem(403, "role_missing", detail)
        if model and not answering.models_of(chatbot.owner).include(model):
            raise serializers.ValidationError({"model": [_("There is no such model here.")]})

    @extend_schema(summary="Delete with all its messages")
    def destroy(self, request: Request, pk: str) -> Response:
        conversation = self.get_object()
        attachments.delete_conversation(request.user, conversation)
        return Response(status=204)

    @extend_schema(
        summary="The whole conversation as a file",
        parameters=[OpenApiParameter("format", str, enum=["json", "markdown"], default="json")],
        responses={
            (200, "application/json"): ExportSerializer,
            (200, "text/markdown"): OpenApiTypes.STR,
        },
    )
    @action(detail=True, filterset_class=None)
    def export(self, request: Request, pk: str) -> HttpResponse:
        conversation = self.get_object()
        wanted = request.query_params.get("format", "json")
        if wanted not in exporting.FORMATS:
            raise serializers.ValidationError({"format": [_("json or markdown.")]})
        return exporting.download(conversation, wanted)
