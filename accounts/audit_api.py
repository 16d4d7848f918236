"""The audit log of one's own account, to read."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit import AuditLog
from accounts.rest.moments import moment
from accounts.rest.views import OwnRows

PERIOD = [
    OpenApiParameter("from", str, description="First day or moment (ISO 8601, UTC)."),
    OpenApiParameter("to", str, description="Last day, included, or the moment to stop before."),
]


class AuditFilter(django_filters.FilterSet):
    action = django_filters.CharFilter(label="Exactly this act, such as `document.delete`.")
    resource = django_filters.CharFilter("resource_type", label="A kind, such as `document`.")
    resource_id = django_filters.UUIDFilter(label="Acts on this object, deleted or not.")

    class Meta:
        model = AuditLog
        fields: list[str] = []


class AuditSerializer(serializers.ModelSerializer):
    """One act. The digests chain the rows: each is made of the one before and cannot change."""

    class Meta:
        model = AuditLog
        fields = [
            "id",
            "action",
            "actor_id",
            "resource_type",
            "resource_id",
            "metadata",
            "request_id",
            "previous_digest",
            "digest",
            "created_at",
        ]


class AuditView(mixins.ListModelMixin, OwnRows):
    area = "account"
    orderings = ("-created_at", "created_at")
    queryset: QuerySet[AuditLog] = AuditLog.objects.all()
    serializer_class = AuditSerializer
    filterset_class = AuditFilter

    def get_queryset(self) -> QuerySet[AuditLog]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        if since := moment(self.request, "from"):
            rows = rows.filter(created_at__gte=since)
        if until := moment(self.request, "to", whole_day=True):
            rows = rows.filter(created_at__lt=until)
        return rows

    @extend_schema(summary="What was done in this account, and by whom", parameters=PERIOD)
    def get(self, request: Request) -> Response:
        return self.list(request)
