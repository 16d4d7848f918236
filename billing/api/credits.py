"""The ledger of credits beside the balance."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.pages import CursorPages
from accounts.rest.views import OwnRows
from billing.api.days import PERIOD, within
from billing.models import CreditBalance, CreditChange


class LedgerPages(CursorPages):
    """A page of changes beside the balance that all of them, shown or not, add up to."""

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.balance = CreditBalance.objects.get(owner=request.user).balance
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
    reservation = serializers.UUIDField(
        source="reservation_id",
        allow_null=True,
        help_text="What was held before an answer and what came back after it have the same.",
    )

    class Meta:
        model = CreditChange
        fields = ["id", "amount", "kind", "reason", "reference", "reservation", "created_at"]


class CreditFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=CreditChange.Kind.choices, label="One kind alone.")

    class Meta:
        model = CreditChange
        fields: list[str] = []


class CreditsView(mixins.ListModelMixin, OwnRows):
    area = "usage"
    queryset: QuerySet[CreditChange] = CreditChange.objects.all()
    orderings = ("-created_at", "created_at")
    serializer_class = CreditChangeSerializer
    pagination_class = LedgerPages
    filterset_class = CreditFilter

    def reached(self, rows: QuerySet[CreditChange]) -> QuerySet[CreditChange]:
        return within(super().reached(rows), self.request)

    @extend_schema(summary="The balance of credits and what changed it", parameters=PERIOD)
    def get(self, request: Request) -> Response:
        return self.list(request)
