"""The documents of a project: looked through, linked and let go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.idempotent import idempotent
from accounts.rest.schema import fails_with
from accounts.rest.shared import EDITABLE, check_role
from accounts.rest.strict import StrictSerializer
from accounts.rest.views import each_or_404
from accounts.sharing.api import OfProject
from documents import sharing
from documents.api.serializers import MAX_IDS, DocumentSerializer
from documents.models import Document, DocumentQuerySet


class LinkSerializer(StrictSerializer):
    document_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_empty=False, max_length=MAX_IDS
    )
    document = serializers.UUIDField(required=False, help_text="Just one.")

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if len(wanted) != 1:
            raise serializers.ValidationError("Name document_ids or document.")
        return wanted

    @property
    def ids(self) -> list[UUID]:
        wanted: dict[str, Any] = self.validated_data
        return wanted["document_ids"] if "document_ids" in wanted else [wanted["document"]]


class LinkedSerializer(serializers.Serializer):
    document_ids = serializers.ListField(child=serializers.UUIDField())


class ProjectDocumentViewSet(OfProject):
    area = "documents"
    project_methods = ("GET", "DELETE")
    queryset: QuerySet[Document] = Document.objects.library()
    orderings = ("-created_at", "created_at", "name", "-name")
    serializer_class = DocumentSerializer

    @extend_schema(summary="The documents of a project")
    def list(self, request: Request, pk: UUID) -> Response:
        return self.page_of(self._of(pk))

    @extend_schema(
        summary="Link documents to a project; all of them or none",
        description="Documents of the project's owner that the caller may change. Those that are "
        "there already stay.",
        request=LinkSerializer,
        responses={201: LinkedSerializer},
    )
    @fails_with(409)
    @idempotent
    def create(self, request: Request, pk: UUID) -> Response:
        project = self.project(pk, EDITABLE)
        wanted = LinkSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        documents = each_or_404(self.get_queryset(), wanted.ids)
        check_role(documents, request.user, EDITABLE)
        sharing.link(project, documents, actor=request.user)
        return Response({"document_ids": wanted.ids}, status=201)

    @extend_schema(
        summary="Take a document out of a project",
        description="The document stays in its owner's library. Members and chatbots of the "
        "project find it no more.",
    )
    def destroy(self, request: Request, pk: UUID, document: UUID) -> Response:
        project = self.project(pk)
        found = get_object_or_404(self._of(pk), pk=document)
        check_role([project], request.user, EDITABLE)
        sharing.unlink(project, [found], actor=request.user)
        return Response(status=204)

    def _of(self, pk: UUID) -> DocumentQuerySet:
        return self.get_queryset().in_project(self.project(pk))
