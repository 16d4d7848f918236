"""Many files at once: what is going to be sent, and how far it is."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.idempotent import idempotent
from accounts.rest.problems import NOT_FOUND, Problem, problem_for
from accounts.rest.strict import StrictSerializer
from accounts.rest.views import OwnRowsViewSet
from documents import batches
from documents.api.paths import PathField
from documents.models import UploadBatch, UploadItem

STATES = ("missing", "unsent", "arrived", "refused", "ready", "failed")


@problem_for(UploadBatch.DoesNotExist)
def batch_gone(error: UploadBatch.DoesNotExist) -> Problem:
    return Problem(404, "not_found", NOT_FOUND)


class AnnouncedSerializer(StrictSerializer):
    path = PathField()
    size = serializers.IntegerField(min_value=0, max_value=2**40, help_text="In bytes.")


class CountsSerializer(serializers.Serializer):
    """Files in each state. `failed` have arrived and could not be read."""

    announced = serializers.IntegerField()
    arrived = serializers.IntegerField()
    ready = serializers.IntegerField()
    failed = serializers.IntegerField()
    refused = serializers.IntegerField()
    missing = serializers.IntegerField()
    bytes_announced = serializers.IntegerField(help_text="Of the files that are to come.")
    bytes_arrived = serializers.IntegerField()


class UploadBatchSerializer(serializers.ModelSerializer):
    counts = CountsSerializer(read_only=True)

    class Meta:
        model = UploadBatch
        fields = ["id", "name", "counts", "created_at", "closed_at"]


class NewBatchSerializer(StrictSerializer):
    name = serializers.CharField(max_length=255)
    files = AnnouncedSerializer(many=True, allow_empty=False, max_length=batches.MOST_FILES)

    def validate_files(self, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({file["path"] for file in files}) < len(files):
            raise serializers.ValidationError(_("Two files have the same path."))
        return files


class UploadItemSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(["missing", "arrived", "refused"], read_only=True)
    status = serializers.CharField(
        source="document.status", default="", read_only=True, help_text="The document's."
    )
    can_retry = serializers.BooleanField(
        read_only=True, help_text="Refused for a reason that passes: send it again."
    )

    class Meta:
        model = UploadItem
        fields = [
            "id",
            "path",
            "size",
            "state",
            "document",
            "status",
            "error_code",
            "error_message",
            "can_retry",
            "received_at",
        ]


class AnnouncementSerializer(UploadBatchSerializer):
    """`refused` are the files that need not be sent, with the reason."""

    refused = UploadItemSerializer(many=True)

    class Meta(UploadBatchSerializer.Meta):
        fields = [*UploadBatchSerializer.Meta.fields, "refused"]


class UploadItemFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        choices=[(state, state) for state in STATES],
        method="in_state",
        label="`unsent` is missing, or refused for a reason that passes.",
    )

    def in_state(self, rows: QuerySet[UploadItem], name: str, state: str) -> QuerySet[UploadItem]:
        return getattr(rows, state)()


@extend_schema_view(list=extend_schema(summary="Uploads of many files"))
class UploadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnRowsViewSet):
    area = "documents"
    queryset: QuerySet[UploadBatch] = UploadBatch.objects.all()
    serializer_class = UploadBatchSerializer
    filterset_class: type[UploadItemFilter] | None = None

    @extend_schema(
        summary="Announce the files of a folder, or any others, up to 5,000",
        description="Then send each as a document with `upload` (the id given here) and `path`, in "
        "any order and several at once. What was cut off goes on with the files of "
        "`/uploads/{id}/files/?state=unsent`. Sending a path twice gives the same document.",
        request=NewBatchSerializer,
        responses={201: AnnouncementSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        wanted = NewBatchSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        files = [(file["path"], file["size"]) for file in wanted.validated_data["files"]]
        batch = batches.announce(request.user, wanted.validated_data["name"], files)
        batches.count([batch])
        batch.refused = batch.items.refused().order_by("path")
        return Response(AnnouncementSerializer(batch).data, status=201)

    @extend_schema(summary="How far an upload is")
    def retrieve(self, request: Request, pk: str) -> Response:
        batch = self.get_object()
        batches.count([batch])
        return Response(self.get_serializer(batch).data)

    def paginate_queryset(self, queryset: QuerySet[Any]) -> list[Any]:
        rows = super().paginate_queryset(queryset)
        if self.action == "list":
            batches.count(rows)
        return rows

    @extend_schema(summary="Give up what has not arrived; the documents stay")
    def destroy(self, request: Request, pk: str) -> Response:
        batches.give_up(self.get_object(), actor=request.user)
        return Response(status=204)

    @extend_schema(summary="Its files", responses=UploadItemSerializer(many=True))
    @action(
        detail=True,
        serializer_class=UploadItemSerializer,
        filterset_class=UploadItemFilter,
        orderings=("path",),
    )
    def files(self, request: Request, pk: str) -> Response:
        batch = get_object_or_404(self.get_queryset(), pk=pk)
        rows = UploadItem.objects.for_user(request.user).filter(batch=batch)
        page = self.paginate_queryset(self.filter_queryset(rows.select_related("document")))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
