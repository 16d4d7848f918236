"""Files of a conversation: drop, watch, remove."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.bodies import LimitedJSONParser
from accounts.rest.idempotent import idempotent
from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictSerializer
from conversations import attachments
from conversations.api.sharing import Held
from conversations.models import Attachment
from documents.models import Document
from documents.uploads import MAX_PASTED, PASTED_NAME


class NewAttachmentSerializer(StrictSerializer):
    """A file, or a text pasted in."""

    file = serializers.FileField(required=False)
    text = serializers.CharField(max_length=MAX_PASTED, required=False, trim_whitespace=False)
    name = serializers.CharField(max_length=255, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("file" in given) == ("text" in given):
            raise serializers.ValidationError({"file": [_("Send a file or a text.")]})
        if "text" in given:
            name = given["name"] or PASTED_NAME
            given["file"] = ContentFile(given["text"].encode(), name)
        return given


class AttachmentSerializer(serializers.Serializer):
    """A file of the conversation; `status`, `stage` and `progress` as of any document."""

    id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    name = serializers.CharField(source="document.name")
    file_size = serializers.IntegerField(source="document.file_size")
    status = serializers.ChoiceField(choices=Document.Status.choices, source="document.status")
    stage = serializers.CharField(source="document.stage")
    progress = serializers.IntegerField(source="document.progress")
    chunk_count = serializers.IntegerField(source="document.chunk_count")
    error_message = serializers.CharField(source="document.error_message")
    created_at = serializers.DateTimeField()


class AttachmentsSerializer(serializers.Serializer):
    results = AttachmentSerializer(many=True)


class AttachmentsView(Held):
    limited_methods = ("GET", "POST")
    http_method_names = ["get", "post"]
    parser_classes = [LimitedJSONParser, MultiPartParser]
    serializer_class = AttachmentSerializer

    @extend_schema(
        summary="Files of the conversation",
        operation_id="conversations_attachments_list",
        responses=AttachmentsSerializer,
    )
    @fails_with(404)
    def get(self, request: Request, pk: UUID) -> Response:
        rows = attachments.attachments_of(self.conversation(pk))
        return Response({"results": AttachmentSerializer(rows, many=True).data})

    @extend_schema(
        summary="Drop a file into the conversation",
        request=NewAttachmentSerializer,
        responses={202: AttachmentSerializer},
    )
    @fails_with(400, 402, 404, 507)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        wanted = NewAttachmentSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        given: dict[str, Any] = wanted.validated_data
        conversation, name = self.conversation(pk), given["name"]
        attachment = attachments.attach(request.user, conversation, given["file"], name=name)
        return Response(AttachmentSerializer(attachment).data, status=202)


class AttachmentView(Held):
    limited_methods = ("GET", "DELETE")
    http_method_names = ["get", "delete"]
    serializer_class = AttachmentSerializer

    @extend_schema(summary="One file and how far it is")
    @fails_with(404)
    def get(self, request: Request, pk: UUID, attachment: UUID) -> Response:
        return Response(AttachmentSerializer(self._found(pk, attachment)).data)

    @extend_schema(summary="Delete a file of the conversation", responses={204: None})
    @fails_with(404)
    def delete(self, request: Request, pk: UUID, attachment: UUID) -> Response:
        attachments.detach(request.user, self._found(pk, attachment))
        return Response(status=204)

    def _found(self, pk: UUID, attachment: UUID) -> Attachment:
        rows = attachments.attachments_of(self.conversation(pk))
        return get_object_or_404(rows, pk=attachment)
