"""`models`: the chatbots that a key may ask, each by its slug."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.access import KeyAuthentication, within_limit
from accounts.rest.views import ApiView
from chatbots.models import Chatbot, ChatbotQuerySet
from conversations.openai.errors import AsOpenAI, no_such_model

MOST_LISTED = 1_000  # OpenAI's list has no pages
OWNED_BY = "kyrochat"


class ModelSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="The chatbot's slug.")
    object = serializers.CharField(help_text="`model`.")
    created = serializers.IntegerField(help_text="Seconds since 1970.")
    owned_by = serializers.CharField()
    name = serializers.CharField()

    def to_representation(self, chatbot: Chatbot) -> dict[str, Any]:
        return {
            "id": chatbot.slug,
            "object": "model",
            "created": int(chatbot.created_at.timestamp()),
            "owned_by": OWNED_BY,
            "name": chatbot.name,
        }


class ModelListSerializer(serializers.Serializer):
    object = serializers.CharField(help_text="`list`.")
    data = ModelSerializer(many=True)


class ModelsView(AsOpenAI, ApiView):
    authentication_classes = [KeyAuthentication]
    area = "chatbots"
    limited_methods = project_methods = ("GET",)
    serializer_class = ModelSerializer
    pagination_class = None
    filter_backends: list[Any] = []


class ModelListView(ModelsView):
    @extend_schema(
        summary="Chatbots as OpenAI's models",
        operation_id="openai_models",
        responses=ModelListSerializer,
    )
    def get(self, request: Request) -> Response:
        listed = usable(request).active().newest_first()[:MOST_LISTED]
        return Response({"object": "list", "data": self.get_serializer(listed, many=True).data})


class ModelView(ModelsView):
    @extend_schema(summary="One of them", operation_id="openai_model")
    def get(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(chatbot_or_404(request, pk)).data)


def usable(request: Request) -> ChatbotQuerySet:
    """One's own chatbots and those of one's projects, as far as the key reaches."""
    chatbots = Chatbot.objects.visible_to(request.user)
    return within_limit(chatbots, request, "pk", "project")


def chatbot_or_404(request: Request, slug: str) -> Chatbot:
    named = usable(request).filter(slug=slug) if "\0" not in slug else Chatbot.objects.none()
    chatbot = named.first()
    if chatbot is None:
        raise no_such_model()
    return chatbot
