"""One passage of a document: read, worded anew, switched off; many switched at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.idempotent import idempotent
from accounts.rest.problems import NOT_FOUND, Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.shared import EDITABLE, Shared, SharedRows, check_role
from accounts.rest.strict import StrictSerializer
from accounts.rest.views import each_or_404
from accounts.tenancy import scope
from documents import editing
from documents.api.serializers import MAX_IDS, ChunkSerializer
from documents.editing import MAX_CHARACTERS, EditRefused
from documents.models import DocumentChunk


@problem_for(EditRefused)
def edit_refused(error: EditRefused) -> Problem:
    return Problem(400, "invalid", error.message, errors={"content": [error.message]})


@problem_for(DocumentChunk.DoesNotExist)
def chunk_gone(error: DocumentChunk.DoesNotExist) -> Problem:
    return Problem(404, "not_found", NOT_FOUND)


class ChangedChunkSerializer(StrictSerializer):
    content = serializers.CharField(
        required=False,
        max_length=MAX_CHARACTERS,
        trim_whitespace=False,
        help_text="No longer than the embedding model reads. The `original` again undoes the edit.",
    )
    enabled = serializers.BooleanField(
        required=False, help_text="Whether search finds it and answers may quote it."
    )


class SwitchSerializer(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MAX_IDS
    )
    enabled = serializers.BooleanField()


class SwitchedSerializer(serializers.Serializer):
    ids = serializers.ListField(child=serializers.UUIDField())
    enabled = serializers.BooleanField()


class ChunkViewSet(SharedRows):
    # Opens its own scopes: new words are embedded between them, outside any transaction.
    area = "documents"
    project_methods, project_field = ("GET", "PATCH"), "document__project_documents__project"
    rights = {"partial_update": EDITABLE}
    queryset: QuerySet[DocumentChunk] = DocumentChunk.objects.present().light()
    serializer_class = ChunkSerializer

    @extend_schema(summary="One chunk")
    def retrieve(self, request: Request, pk: UUID) -> Response:
        with scope(request.user):
            return Response(self._shown(self.get_object()))

    @extend_schema(summary="Edit a chunk, or switch it on or off", request=ChangedChunkSerializer)
    @fails_with(402, 409)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Search finds the new words at once. 409 while the document is being processed."""
        asked = ChangedChunkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        with scope(request.user):
            chunk = self.get_object()
        if "content" in wanted:
            chunk = editing.edit(request.user, chunk.pk, wanted["content"])
        if "enabled" in wanted:
            with scope(request.user):
                editing.switch(request.user, [chunk], on=wanted["enabled"])
        return Response(self._shown(chunk))

    def _shown(self, chunk: DocumentChunk) -> dict[str, Any]:
        return self.get_serializer(chunk).data


class SwitchView(Shared):
    area = "documents"
    project_methods, project_field = ("POST",), "document__project_documents__project"
    queryset: QuerySet[DocumentChunk] = DocumentChunk.objects.present().light()
    serializer_class = SwitchSerializer

    @extend_schema(
        summary="Switch many chunks on or off; all of them or none",
        responses={200: SwitchedSerializer},
    )
    @fails_with(404, 409)
    @idempotent
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        chunks = each_or_404(self.get_queryset(), wanted["ids"])
        check_role(chunks, request.user, EDITABLE)
        editing.switch(request.user, chunks, on=wanted["enabled"])
        return Response(wanted)
