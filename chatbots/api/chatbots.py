"""Chatbots: make, look, change, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering
from accounts.models import User
from accounts.rest.etags import TaggedRows
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictModelSerializer, finite
from accounts.rest.views import each_or_404
from chatbots import editing
from chatbots.editing import SlugTaken
from chatbots.forms import may_be_reranker
from chatbots.models import Chatbot, ChatbotDocument
from documents.models import Document

MAX_DOCUMENTS = 1_000
IN_ORDER = Prefetch("chatbotdocument_set", ChatbotDocument.objects.order_by("pk"))


@problem_for(SlugTaken)
def slug_taken(error: SlugTaken) -> Problem:
    return Problem(400, "invalid", "Some fields are not right.", errors={"slug": [str(error)]})


class ReadDocumentsField(serializers.ListField):
    child = serializers.UUIDField()

    def get_attribute(self, chatbot: Chatbot) -> list[UUID]:
        return [link.document_id for link in chatbot.chatbotdocument_set.all()]


class ChatbotSerializer(StrictModelSerializer):
    slug = serializers.SlugField(max_length=60, required=False)
    documents = ReadDocumentsField(
        required=False,
        max_length=MAX_DOCUMENTS,
        help_text="Ids of the documents it reads. Empty: the whole library.",
    )

    class Meta:
        model = Chatbot
        fields = [
            "id",
            "name",
            "slug",
            "description",
            "welcome_message",
            "system_prompt",
            "model",
            "temperature",
            "max_tokens",
            "top_k",
            "search_mode",
            "meaning",
            "minimum_score",
            "rerank_model",
            "refusal_text",
            "documents",
            "reads_library",
            "is_public",
            "is_active",
            "status",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["reads_library", "is_public", "status"]
        extra_kwargs = {
            "model": {"help_text": "One of `/chat-models/`. Empty: the default."},
            "meaning": {"help_text": "Weight of meaning against words, 0 to 1."},
            "minimum_score": {"help_text": "Part of the best score, 0 to 1; 0 leaves none out."},
            "rerank_model": {"help_text": "Empty: the installation's, if any; `none`: none."},
        }

    def validate_model(self, name: str) -> str:
        kept = self.instance.model if self.instance else ""
        models = answering.models_of(self.context["request"].user)
        if name not in {"", kept} and not models.include(name):
            raise serializers.ValidationError(_("There is no such model here."))
        return name

    def validate_rerank_model(self, name: str) -> str:
        kept = self.instance.rerank_model if self.instance else ""
        accounts = answering.models_of(self.context["request"].user).accounts
        if name != kept and not may_be_reranker(accounts, name):
            raise serializers.ValidationError(_("There is no such model here."))
        return name

    def validate_temperature(self, temperature: float) -> float:
        finite(temperature)
        return temperature

    def validate_meaning(self, weight: float) -> float:
        finite(weight)
        return weight

    def validate_minimum_score(self, score: float) -> float:
        finite(score)
        return score


@extend_schema_view(
    list=extend_schema(summary="Chatbots"), retrieve=extend_schema(summary="One chatbot")
)
class ChatbotViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TaggedRows):
    area = "chatbots"
    limited_methods, chatbot_field = ("GET",), "pk"
    orderings = ("-created_at", "created_at", "name", "-name")
    queryset: QuerySet[Chatbot] = Chatbot.objects.prefetch_related(IN_ORDER)
    serializer_class = ChatbotSerializer

    @extend_schema(summary="Make a chatbot")
    @fails_with(404)
    @idempotent
    def create(self, request: Request) -> Response:
        fields, documents = self._wanted(request, self.get_serializer(data=request.data))
        chatbot = editing.create_chatbot(request.user, fields, documents or [])
        return Response(self._shown(chatbot), status=201)

    @extend_schema(summary="Change a chatbot")
    def partial_update(self, request: Request, pk: str) -> Response:
        chatbot = self.get_object()
        serializer = self.get_serializer(chatbot, data=request.data, partial=True)
        fields, documents = self._wanted(request, serializer)
        editing.update_chatbot(request.user, chatbot, fields, documents)
        return Response(self._shown(chatbot))

    @extend_schema(summary="Delete a chatbot with its conversations")
    def destroy(self, request: Request, pk: str) -> Response:
        editing.delete_chatbot(request.user, self.get_object())
        return Response(status=204)

    def _wanted(
        self, request: Request, serializer: serializers.BaseSerializer
    ) -> tuple[dict[str, Any], list[Document] | None]:
        """The valid fields, and the documents named by their ids: all the person's own, or 404."""
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        ids = fields.pop("documents", None)
        return fields, None if ids is None else own_documents(request.user, ids)

    def _shown(self, chatbot: Chatbot) -> dict[str, Any]:
        return self.get_serializer(self.get_queryset().get(pk=chatbot.pk)).data


def own_documents(user: User, ids: list[UUID]) -> list[Document]:
    return each_or_404(Document.objects.for_user(user).library(), ids)
