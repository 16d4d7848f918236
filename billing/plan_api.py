"""Plans, one's own subscription and the ledger of credits, to read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.pages import CursorPages
from accounts.rest.views import ApiView, OwnRows
from billing.models import CreditChange, Plan, Subscription


class PlanSerializer(serializers.ModelSerializer):
    """A limit of null means none. Storage in bytes."""

    features = serializers.DictField()

    class Meta:
        model = Plan
        fields = [
            "id",
            "name",
            "description",
            "price_monthly",
            "token_limit_daily",
            "document_limit",
            "storage_limit",
            "session_limit",
            "member_limit",
            "credits_monthly",
            "features",
        ]


class PlansView(mixins.ListModelMixin, ApiView):
    area = "usage"
    orderings = ("price_monthly", "-price_monthly")
    queryset: QuerySet[Plan] = Plan.objects.filter(is_active=True)
    serializer_class = PlanSerializer
    filter_backends: list[Any] = []

    @extend_schema(summary="The plans one can be on")
    def get(self, request: Request) -> Response:
        return self.list(request)


class SubscriptionSerializer(serializers.ModelSerializer):
    plan = PlanSerializer()

    class Meta:
        model = Subscription
        fields = [
            "id",
            "plan",
            "status",
            "current_period_start",
            "current_period_end",
            "credits_used",
            "credits_limit",
            "canceled_at",
            "created_at",
        ]


class SubscriptionView(ApiView):
    area = "usage"
    serializer_class = SubscriptionSerializer

    @extend_schema(summary="The plan one is on")
    def get(self, request: Request) -> Response:
        held = Subscription.objects.select_related("plan")
        return Response(self.get_serializer(get_object_or_404(held, user=request.user)).data)


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
