"""The plan one is on, and changes of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictSerializer
from accounts.tenancy import scope
from billing import standing, stripe
from billing.api.asking import AsksStripe
from billing.api.plans import OnOffer, PlanSerializer
from billing.models import Plan, Subscription
from billing.stripe import changing


class SubscriptionSerializer(serializers.ModelSerializer):
    plan = PlanSerializer()
    credits_used = serializers.IntegerField(
        help_text="In this period; what running answers hold included."
    )
    balance = serializers.IntegerField(
        source="user.credit_balance.balance",
        help_text="Credits there are: the period's, and those bought or granted besides.",
    )
    next_plan = serializers.CharField(
        source="next_plan.name",
        allow_null=True,
        default=None,
        help_text="The name of the plan from the next period on, where that is another.",
    )
    stripe = serializers.SerializerMethodField(
        help_text="Whether plans and credits can be bought here; otherwise staff assign plans."
    )

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
            "balance",
            "cancel_at_period_end",
            "next_plan",
            "trial_end",
            "grace_until",
            "canceled_at",
            "stripe",
            "created_at",
        ]

    def get_stripe(self, held: Subscription) -> bool:
        return stripe.is_configured()


class SubscriptionChangeSerializer(StrictSerializer):
    plan = OnOffer(
        Plan, help_text="A larger plan counts at once, a smaller one from the next period on."
    )
    cancel_at_period_end = serializers.BooleanField(
        required=False, help_text="false takes a cancellation back, while the period lasts."
    )

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if not wanted:
            detail = _("Name a plan, or say whether to cancel.")
            raise serializers.ValidationError({"plan": [detail]})
        return wanted


class SubscriptionView(AsksStripe):
    scopes = {"GET": "usage:read"}
    serializer_class = SubscriptionSerializer

    @extend_schema(summary="The plan one is on")
    def get(self, request: Request) -> Response:
        return Response(self._shown(request))

    @extend_schema(
        summary="Change a plan that is paid, cancel it, or take that back",
        request=SubscriptionChangeSerializer,
    )
    @fails_with(409)
    def patch(self, request: Request) -> Response:
        """With both fields the plan is changed first. The first paid plan: `checkout/`."""
        serializer = SubscriptionChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        if "plan" in wanted:
            changing.change_plan(request.user, wanted["plan"])
        if "cancel_at_period_end" in wanted:
            change = changing.cancel if wanted["cancel_at_period_end"] else changing.resume
            change(request.user)
        return Response(self._shown(request))

    def _shown(self, request: Request) -> dict[str, Any]:
        with scope(request.user):
            return self.get_serializer(standing.subscription_of(request.user)).data
