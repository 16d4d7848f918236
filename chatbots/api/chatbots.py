"""Chatbots: make, look, change, publish, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering
from accounts.models import User
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.shared import EDITABLE, OWN, SharedRows
from accounts.rest.views import each_or_404
from accounts.sharing.changing import check_open
from chatbots import editing, versions
from chatbots.api.serializers import ChatbotSerializer, PublishSerializer, VersionSerializer
from chatbots.editing import DocumentsOutside, SlugTaken
from chatbots.models import Chatbot, ChatbotDocument
from chatbots.versions import NothingToPublish
from documents.models import Document

IN_ORDER = Prefetch("chatbotdocument_set", ChatbotDocument.objects.order_by("pk"))


@problem_for(SlugTaken)
def slug_taken(error: SlugTaken) -> Problem:
    return Problem(400, "invalid", "Some fields are not right.", errors={"slug": [str(error)]})


@problem_for(DocumentsOutside)
def documents_outside(error: DocumentsOutside) -> Problem:
    return Problem(400, "invalid", str(error), errors={"documents": [str(error)]})


@problem_for(NothingToPublish)
def nothing_to_publish(error: NothingToPublish) -> Problem:
    return Problem(409, "nothing_to_publish", str(error))


@extend_schema_view(
    list=extend_schema(summary="Chatbots, one's own and those of one's projects"),
    retrieve=extend_schema(summary="One chatbot, as its draft says"),
)
class ChatbotViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, SharedRows):
    area = "chatbots"
    limited_methods, chatbot_field = ("GET",), "pk"
    project_methods, project_field = ("GET",), "project"
    rights = {"partial_update": EDITABLE, "publish": EDITABLE, "destroy": OWN}
    orderings = ("-created_at", "created_at", "name", "-name")
    queryset: QuerySet[Chatbot] = Chatbot.objects.select_related("published", "project")
    serializer_class = ChatbotSerializer

    def get_queryset(self) -> QuerySet[Chatbot]:
        return super().get_queryset().prefetch_related(IN_ORDER)

    @extend_schema(summary="Make a chatbot")
    @fails_with(404)
    @idempotent
    def create(self, request: Request) -> Response:
        return self.make(request)

    def make(self, request: Request) -> Response:
        fields, documents = self._wanted(self.get_serializer(data=request.data))
        chatbot = editing.create_chatbot(request.user, fields, documents or [])
        return Response(self._shown(chatbot), status=201)

    @extend_schema(
        summary="Change a chatbot",
        description="Behaviour is changed in the draft. Before the first publication the draft "
        "is what answers, after it the published version, until the draft is published.",
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        chatbot = self.get_object()
        serializer = self.get_serializer(chatbot, data=request.data, partial=True)
        fields, documents = self._wanted(serializer)
        editing.update_chatbot(request.user, chatbot, fields, documents)
        return Response(self._shown(chatbot))

    @extend_schema(summary="Delete a chatbot with its conversations")
    def destroy(self, request: Request, pk: str) -> Response:
        editing.delete_chatbot(request.user, self.get_object())
        return Response(status=204)

    @extend_schema(
        summary="Publish the draft",
        description="From now on everybody is answered as it says. 409 `nothing_to_publish` when "
        "it is what has been published already.",
        request=PublishSerializer,
        responses={201: VersionSerializer},
    )
    @fails_with(409)
    @action(detail=True, methods=["post"])
    @idempotent
    def publish(self, request: Request, pk: str) -> Response:
        wanted = PublishSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        chatbot = self.get_object()
        version = versions.publish(request.user, chatbot, wanted.validated_data["note"])
        models = answering.models_of(chatbot.owner)
        context = {"chatbot": version.chatbot, "models": models}
        return Response(VersionSerializer(version, context=context).data, status=201)

    def _wanted(
        self, serializer: ChatbotSerializer
    ) -> tuple[dict[str, Any], list[Document] | None]:
        """The valid fields, and the documents named by their ids: all within reach, or 404."""
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        kept = serializer.instance.project if serializer.instance else None
        project = fields.get("project", kept)
        if fields.get("project") not in {None, kept}:
            check_open(project)
        ids = fields.pop("documents", None)
        return fields, None if ids is None else _documents(serializer.owner, project, ids)

    def _shown(self, chatbot: Chatbot) -> dict[str, Any]:
        return self.get_serializer(self.get_queryset().get(pk=chatbot.pk)).data


def _documents(owner: User, project: Any, ids: list[UUID]) -> list[Document]:
    return each_or_404(editing.readable_documents(owner, project), ids)
