"""Web sources: add, look, change, run, cancel, delete; and what became of each page."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rates import outside
from accounts.rest.etags import TaggedRows
from accounts.rest.idempotent import idempotent
from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictModelSerializer
from documents.api.serializers import TagsField
from documents.models import WebPage, WebSource
from documents.models.web import MAX_PAGES
from documents.web import sources


class RunSerializer(serializers.Serializer):
    """Of the present or last run: pages found within the budget, and what became of them."""

    found = serializers.IntegerField()
    visited = serializers.IntegerField()
    new = serializers.IntegerField(default=0)
    changed = serializers.IntegerField(default=0)
    unchanged = serializers.IntegerField(default=0)
    removed = serializers.IntegerField(default=0)
    skipped = serializers.IntegerField(default=0)
    failed = serializers.IntegerField(default=0)
    limited = serializers.ChoiceField(
        choices=["", "pages", "time", "cancelled"],
        default="",
        help_text="What ended it before all pages were visited.",
    )


class WebSourceSerializer(StrictModelSerializer):
    url = serializers.CharField(max_length=2000, help_text="http or https, on port 80 or 443.")
    kind = serializers.ChoiceField(
        choices=WebSource.Kind.choices, required=False, help_text="Guessed from the address."
    )
    page_limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGES, required=False)
    tags = TagsField(required=False, help_text="Given to each new document.")
    delete_removed = serializers.BooleanField(
        required=False, help_text="Delete documents of pages that the site has no more."
    )
    progress = RunSerializer(read_only=True)

    class Meta:
        model = WebSource
        fields = [
            *("id", "url", "kind", "schedule", "page_limit", "tags", "delete_removed"),
            *("status", "error_code", "error_message", "progress", "last_run", "next_run"),
            *("created_at", "updated_at"),
        ]
        read_only_fields = [
            *("status", "error_code", "error_message", "last_run", "next_run"),
        ]
        validators: list[Any] = []  # the same address again is answered with its source


class WebSourceChangeSerializer(WebSourceSerializer):
    """What can be changed; a pause stops a run and the schedule."""

    url = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    paused = serializers.BooleanField(write_only=True, required=False)

    class Meta(WebSourceSerializer.Meta):
        fields = [*WebSourceSerializer.Meta.fields, "paused"]


class WebPageSerializer(serializers.ModelSerializer):
    document = serializers.UUIDField(source="document_id", allow_null=True)
    code = serializers.CharField(help_text="Why it is left out, removed or failed.")

    class Meta:
        model = WebPage
        fields = ["id", "url", "state", "code", "reason", "document", "changed_at", "fetched_at"]


class WebSourceFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=WebSource.Status)
    kind = django_filters.ChoiceFilter(choices=WebSource.Kind)
    q = django_filters.CharFilter(
        field_name="url", lookup_expr="icontains", label="In the address."
    )

    class Meta:
        model = WebSource
        fields: list[str] = []


class WebPageFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=WebPage.State)
    q = django_filters.CharFilter(
        field_name="url", lookup_expr="icontains", label="In the address."
    )

    class Meta:
        model = WebPage
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="Web sources"),
    retrieve=extend_schema(summary="One web source and how far its run is"),
)
class WebSourceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TaggedRows):
    area = "documents"
    orderings = ("-created_at", "created_at")
    queryset: QuerySet[WebSource] = WebSource.objects.with_progress()
    serializer_class = WebSourceSerializer
    filterset_class = WebSourceFilter

    @classmethod
    def as_view(cls, actions: Any = None, **options: Any) -> Any:
        """What makes us ask a site counts as such."""
        view = super().as_view(actions, **options)
        return outside(view) if {"create", "run"} & set(actions.values()) else view

    @extend_schema(
        summary="Read a page, a sitemap or a section of a site, now and on a schedule",
        description="202 for a new source, whose first run goes on; 200 with the existing one for "
        "the same address and kind. Nothing is fetched in the request.",
        responses={202: WebSourceSerializer, 200: WebSourceSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        new = self.get_serializer(data=request.data)
        new.is_valid(raise_exception=True)
        source, is_new = sources.add_source(request.user, **new.validated_data)
        return self._shown(source, 202 if is_new else 200)

    @extend_schema(
        summary="Change schedule, budget or tags; pause or resume",
        request=WebSourceChangeSerializer,
        responses=WebSourceSerializer,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        source = self.get_object()
        wanted = WebSourceChangeSerializer(source, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        paused = wanted.validated_data.pop("paused", None)
        if wanted.validated_data:
            source = sources.change(source, wanted.validated_data, actor=request.user)
        if paused is not None:
            act = sources.pause if paused else sources.resume
            source = act(source, actor=request.user)
        return self._shown(source, 200)

    @extend_schema(
        summary="Delete it; its documents stay unless they are to go",
        parameters=[
            OpenApiParameter(
                "documents", str, enum=["keep", "delete"], description="`keep` unless given."
            )
        ],
    )
    def destroy(self, request: Request, pk: str) -> Response:
        chosen = serializers.ChoiceField(choices=["keep", "delete"])
        wish = chosen.run_validation(request.query_params.get("documents", "keep"))
        source = self.get_object()
        sources.delete_source(source, actor=request.user, with_documents=wish == "delete")
        return Response(status=204)

    @extend_schema(summary="Read it now", request=None, responses={202: WebSourceSerializer})
    @fails_with(409)
    @action(detail=True, methods=["post"])
    @idempotent
    def run(self, request: Request, pk: str) -> Response:
        return self._shown(sources.run_now(self.get_object(), actor=request.user), 202)

    @extend_schema(
        summary="Stop the run; what it kept stays",
        request=None,
        responses={202: WebSourceSerializer},
    )
    @fails_with(409)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._shown(sources.cancel(self.get_object(), actor=request.user), 202)

    @extend_schema(summary="Its pages", responses=WebPageSerializer(many=True))
    @action(
        detail=True,
        queryset=WebPage.objects.light(),
        filterset_class=WebPageFilter,
        serializer_class=WebPageSerializer,
        orderings=("created_at", "-created_at", "url"),
    )
    def pages(self, request: Request, pk: str) -> Response:
        source = get_object_or_404(WebSource.objects.for_user(request.user), pk=pk)
        rows = self.get_queryset().filter(source=source)
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _shown(self, source: WebSource, status: int) -> Response:
        return Response(self.get_serializer(source).data, status=status)
