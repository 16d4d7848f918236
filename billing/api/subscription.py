"""The plan one is on."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.views import ApiView
from billing.api.plans import PlanSerializer
from billing.models import Subscription


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
