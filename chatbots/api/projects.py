"""The chatbots of a project: looked through, and made there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.idempotent import idempotent
from accounts.rest.schema import fails_with
from accounts.rest.shared import EDITABLE
from accounts.sharing.api import OfProject
from chatbots.api.chatbots import ChatbotViewSet
from chatbots.api.serializers import ChatbotSerializer


class ProjectChatbotViewSet(ChatbotViewSet, OfProject):
    """As under `/chatbots/`, where the address names the project instead of the body."""

    limited_methods: tuple[str, ...] = ()
    project_methods = ("GET", "POST")
    filterset_class = None

    @extend_schema(summary="The chatbots of a project")
    def list(self, request: Request, pk: UUID) -> Response:
        return self.page_of(self.get_queryset().filter(project=self.project(pk)))

    @extend_schema(summary="Make a chatbot in a project")
    @fails_with(404, 409)
    @idempotent
    def create(self, request: Request, pk: UUID) -> Response:
        self.project(pk, EDITABLE)  # within what the key is limited to
        return self.make(request)

    def get_serializer(self, *args: Any, **kwargs: Any) -> ChatbotSerializer:
        if isinstance(kwargs.get("data"), dict):
            if "project" in kwargs["data"]:
                raise serializers.ValidationError({"project": ["The address names it."]})
            kwargs["data"] = {**kwargs["data"], "project": str(self.kwargs["pk"])}
        return super().get_serializer(*args, **kwargs)
