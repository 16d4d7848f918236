"""The library: upload, look, change, process again, delete."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.models import User
from accounts.rest.access import project_limit
from accounts.rest.bodies import LimitedJSONParser
from accounts.rest.etags import not_modified
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem, problem_for, problem_response
from accounts.rest.schema import fails_with
from accounts.rest.shared import EDITABLE, OWN, SharedRows, check_role, project_of
from accounts.rest.views import each_or_404
from billing.limits import QuotaExceeded
from documents import queue, uploads
from documents.api.filters import DocumentFilter
from documents.api.serializers import (
    BulkDoneSerializer,
    BulkSerializer,
    ChunkSerializer,
    DocumentSerializer,
    NeighboursSerializer,
    NewDocumentSerializer,
    PastedTextSerializer,
    ReprocessSerializer,
    TextSerializer,
    UploadSerializer,
    WebAddressSerializer,
)
from documents.downloads import download
from documents.models import KINDS, Document, DocumentChunk, DocumentQuerySet, DocumentText
from documents.queue import NotNow
from documents.storage import UNREACHABLE, StorageDown
from documents.uploads import UploadRefused

BULK: dict[str, Callable[[Document, User], object]] = {
    "delete": lambda document, user: uploads.delete_document(document, actor=user),
    "reprocess": lambda document, user: queue.reprocess(document, actor=user),
    "cancel": lambda document, user: queue.cancel(document, actor=user),
}

# What each takes: those of projects are deleted by their owner alone.
BULK_RIGHTS = {"delete": OWN, "reprocess": EDITABLE, "cancel": EDITABLE}

# What an original is sent as: its type once it was read, before that just bytes.
ORIGINALS = ["application/octet-stream", *(kind for kinds in KINDS.values() for kind in kinds)]


@problem_for(UploadRefused)
def upload_refused(error: UploadRefused) -> Problem:
    status = {"storage_full": 507, "storage_down": 503}.get(error.code, 400)
    return Problem(status, error.code, error.message, errors={error.field: [error.message]})


@problem_for(StorageDown)
def storage_down(error: StorageDown) -> Problem:
    return Problem(503, "storage_down", str(UNREACHABLE))


@problem_for(NotNow)
def not_now(error: NotNow) -> Problem:
    return Problem(409, "not_now", str(error))


@extend_schema_view(
    list=extend_schema(summary="Documents"),
    retrieve=extend_schema(summary="One document and how far it is"),
)
class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, SharedRows):
    area = "documents"
    project_methods, project_field = ("GET", "POST", "PATCH"), "project_documents__project"
    rights = {
        "partial_update": EDITABLE,
        "reprocess": EDITABLE,
        "cancel": EDITABLE,
        "destroy": OWN,
    }
    orderings = ("-created_at", "created_at", "name", "-name", "file_size", "-file_size")
    parser_classes = [LimitedJSONParser, MultiPartParser]
    queryset: QuerySet[Document] = Document.objects.library()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    tagged_actions = ("retrieve", "partial_update", "text", "file")

    def reached(self, rows: DocumentQuerySet) -> DocumentQuerySet:
        """The list is one's own library, unless a project is named."""
        named = "project" in self.request.query_params or project_limit(self.request)
        return (
            super().reached(rows)
            if named or self.action != "list"
            else rows.for_user(self.request.user)
        )

    @fails_with(404)
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(
        summary="Upload a file, name a web address, or paste a text",
        description="202 for a new document, whose processing goes on; 200 with the existing one "
        "for identical bytes or the same address, tried again if it had failed. A page is fetched "
        "by a worker; whether it can be reached shows in the document's status. A file announced "
        "with `/uploads/` names its `upload` and `path`; a refusal is noted there too.",
        request={
            "multipart/form-data": UploadSerializer,
            "application/json": PolymorphicProxySerializer(
                "NewDocument", [PastedTextSerializer, WebAddressSerializer], None
            ),
        },
        responses={202: DocumentSerializer, 200: DocumentSerializer},
    )
    @fails_with(402, 404, 503, 507)
    @idempotent
    def create(self, request: Request) -> Response:
        new = _way_in(request)(data=request.data)
        new.is_valid(raise_exception=True)
        try:
            project = project_of(request, new.validated_data["project"])
            document, is_new = new.add_for(request.user, project)
        except (UploadRefused, QuotaExceeded) as refusal:
            return _refused(refusal, is_noted="upload" in new.validated_data)
        return Response(self.get_serializer(document).data, status=202 if is_new else 200)

    @extend_schema(summary="Change name, title, description or tags", request=DocumentSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        document = self.get_object()
        serializer = self.get_serializer(document, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        changed = {"fields": sorted(serializer.validated_data)}
        audit.record(
            "document.update",
            actor=request.user,
            owner_id=document.owner_id,
            resource=document,
            metadata=changed,
        )
        return Response(serializer.data)

    @extend_schema(summary="Delete with file, text, chunks and vectors")
    def destroy(self, request: Request, pk: str) -> Response:
        uploads.delete_document(self.get_object(), actor=request.user)
        return Response(status=204)

    @extend_schema(
        summary="Process again",
        description="The chunks there are serve until the new ones are in, and stay if that fails.",
        request=ReprocessSerializer,
        responses={202: DocumentSerializer},
    )
    @fails_with(409)
    @action(detail=True, methods=["post"])
    @idempotent
    def reprocess(self, request: Request, pk: str) -> Response:
        wanted = ReprocessSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        document = self.get_object()
        document = queue.reprocess(document, actor=request.user, **wanted.validated_data)
        return Response(self.get_serializer(document).data, status=202)

    @extend_schema(summary="Stop the processing", request=None, responses={202: DocumentSerializer})
    @fails_with(409)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        document = queue.cancel(self.get_object(), actor=request.user)
        return Response(self.get_serializer(document).data, status=202)

    @extend_schema(
        summary="Delete, reprocess or cancel many; all of them or none",
        request=BulkSerializer,
        responses={200: BulkDoneSerializer},
    )
    @fails_with(404, 409)
    @action(detail=False, methods=["post"])
    @idempotent
    def bulk(self, request: Request) -> Response:
        wanted = BulkSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        action = wanted.validated_data["action"]
        documents = each_or_404(self.get_queryset(), wanted.validated_data["ids"])
        check_role(documents, request.user, BULK_RIGHTS[action])
        for document in documents:
            BULK[action](document, request.user)
        return Response(wanted.data)

    @extend_schema(
        summary="The original, as an attachment",
        description="`Range` with one stretch of bytes gets that stretch, with 206.",
        responses={
            (status, kind): OpenApiTypes.BINARY for status in (200, 206) for kind in ORIGINALS
        },
    )
    @fails_with(409, 503)
    @action(detail=True)
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        document = self.get_object()
        tag = f'"{document.content_hash}"'
        if unchanged := not_modified(request, tag):
            return unchanged
        response = download(document, request.headers.get("Range", ""))
        response["ETag"] = tag
        return response

    @extend_schema(
        summary="The text found in it, whole or one page",
        parameters=[OpenApiParameter("page", int, description="From 1.")],
        responses=TextSerializer,
    )
    @fails_with(409)
    @action(detail=True)
    def text(self, request: Request, pk: str) -> Response:
        stored = DocumentText.objects.filter(document=self.get_object()).first()
        if stored is None:
            raise NotNow(_("The text of this document is not there yet."))
        return Response(_extract(stored, request.query_params.get("page")))

    @extend_schema(
        summary="Its chunks, in order",
        parameters=[NeighboursSerializer],
        responses=ChunkSerializer(many=True),
    )
    @fails_with(404)
    @action(
        detail=True,
        filterset_class=None,
        serializer_class=ChunkSerializer,
        orderings=("chunk_index",),
    )
    def chunks(self, request: Request, pk: str) -> Response:
        rows = DocumentChunk.objects.filter(document=self.get_object()).present().light()
        wanted = NeighboursSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        page = self.paginate_queryset(wanted.narrowed(rows))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def _refused(refusal: UploadRefused | QuotaExceeded, *, is_noted: bool) -> Response:
    """What an announced file was refused for stays noted with its upload: no rollback."""
    response = problem_response(refusal, {})
    response.is_noted = is_noted
    return response


def _way_in(request: Request) -> type[NewDocumentSerializer]:
    if request.content_type.startswith("multipart/"):
        return UploadSerializer
    names_address = isinstance(request.data, dict) and "url" in request.data
    return WebAddressSerializer if names_address else PastedTextSerializer


def _extract(stored: DocumentText, page: str | None) -> dict[str, object]:
    pages = stored.pages or [[0, len(stored.content)]]
    shown = {"page_count": len(pages), "pages": pages}
    if page is None:
        return {"content": stored.content, "start_char": 0, "page": None, **shown}
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 0
    if not 1 <= number <= len(pages):
        raise ValidationError({"page": [_("A number from 1 to %s.") % len(pages)]})
    start, end = pages[number - 1]
    return {"content": stored.content[start:end], "start_char": start, "page": number, **shown}
