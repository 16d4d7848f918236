"""The ledger of credits beside the balance."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.pages import CursorPages
from accounts.rest.views import OwnRows
from billing.models import CreditChange


class LedgerPages(CursorPages):
    """A page of changes beside the balance that all of them add up to."""

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.balance = queryset.aggregate(total=Sum("amount"))["total"] or 0
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        return Response({"balance": self.balance, **response.data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        page["required"] = ["balance", *page["required"]]
        page["properties"] = {"balance": {"type": "integer"}, **page["properties"]}
        return page


class CreditChangeSerializer(serializers.ModelSerializer):
    class Meta:
        model = CreditChange
        fields = ["id", "amount", "kind", "reason", "created_at"]


class CreditsView(mixins.ListModelMixin, OwnRows):
    area = "usage"
    queryset: QuerySet[CreditChange] = CreditChange.objects.all()
    serializer_class = CreditChangeSerializer
    pagination_class = LedgerPages
    filter_backends: list[Any] = []

    @extend_schema(summary="The balance of credits and what changed it")
    def get(self, request: Request) -> Response:
        return self.list(request)
