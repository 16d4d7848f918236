"""What a chatbot's behaviour was each time it was published: read, compared, put into the draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering
from accounts.rest.idempotent import idempotent
from accounts.rest.shared import EDITABLE, VISIBLE, shared_or_problem
from accounts.rest.views import OwnRows, within_limit
from chatbots import versions
from chatbots.api.chatbots import IN_ORDER
from chatbots.api.serializers import (
    ChatbotSerializer,
    ComparedVersionSerializer,
    VersionSerializer,
)
from chatbots.differences import differences
from chatbots.models import Chatbot, ChatbotVersion
from chatbots.versions import Behaviour

HIGHEST = 2**31 - 1
AGAINST = OpenApiParameter(
    "against", str, description="`draft` or a number: `changes` tells what became of that."
)


class VersionsOfOne(OwnRows):
    """Versions of the chatbot that the address names; who sees it sees them."""

    area = "chatbots"
    limited_methods, project_methods = ("GET",), ("GET",)
    orderings = ("-number", "number")
    queryset: QuerySet[ChatbotVersion] = ChatbotVersion.objects.all()
    right = VISIBLE

    def reached(self, rows: QuerySet[ChatbotVersion]) -> QuerySet[ChatbotVersion]:
        return rows.filter(chatbot=self.chatbot)

    def within_limit(self, rows: QuerySet[ChatbotVersion]) -> QuerySet[ChatbotVersion]:
        return within_limit(rows, self.request, "chatbot")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rows = Chatbot.objects.visible_to(request.user).select_related("published", "owner")
        mine = within_limit(rows, request, "pk", "project")
        self.chatbot = shared_or_problem(mine, request.user, self.right, pk=kwargs["pk"])

    def get_serializer_context(self) -> dict[str, Any]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        models = answering.models_of(self.chatbot.owner)
        return {**super().get_serializer_context(), "chatbot": self.chatbot, "models": models}


class VersionsView(mixins.ListModelMixin, VersionsOfOne):
    serializer_class = VersionSerializer

    @extend_schema(summary="Versions of a chatbot, the newest first")
    def get(self, request: Request, pk: UUID) -> Response:
        return self.list(request)


class VersionView(VersionsOfOne):
    serializer_class = ComparedVersionSerializer

    @extend_schema(summary="One version, compared if asked to", parameters=[AGAINST])
    def get(self, request: Request, pk: UUID, number: int) -> Response:
        version = numbered(self.get_queryset(), number)
        version.changes = None
        if against := request.query_params.get("against", ""):
            version.changes = differences(self._behaviour(against), versions.whole(version))
        return Response(self.get_serializer(version).data)

    def _behaviour(self, against: str) -> Behaviour:
        if against == "draft":
            return versions.behaviour_of(self.chatbot)
        if not (against.isascii() and against.isdigit() and len(against) < 10):
            raise serializers.ValidationError({"against": [_("A number, or draft.")]})
        return versions.whole(numbered(self.get_queryset(), int(against)))


class RestoreView(VersionsOfOne):
    serializer_class = ChatbotSerializer
    limited_methods, project_methods = (), ()
    right = EDITABLE

    @extend_schema(
        summary="Put a version into the draft",
        description="Nobody is answered by it before it is published.",
        request=None,
        responses={200: ChatbotSerializer},
    )
    @idempotent
    def post(self, request: Request, pk: UUID, number: int) -> Response:
        version = numbered(self.get_queryset(), number)
        versions.restore(request.user, self.chatbot, version)
        rows = Chatbot.objects.select_related("published").prefetch_related(IN_ORDER)
        return Response(self.get_serializer(rows.get(pk=pk)).data)


def numbered(rows: QuerySet[ChatbotVersion], number: int) -> ChatbotVersion:
    return get_object_or_404(rows, number=min(number, HIGHEST))
