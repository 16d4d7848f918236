"""What can be bought: plans, and packs of credits beside them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.views import ApiView
from billing.models import CreditPack, Plan


class OnOffer(serializers.PrimaryKeyRelatedField):
    """The id of one that is offered, as the row itself."""

    default_error_messages = {"does_not_exist": gettext_lazy("There is none of this id on offer.")}

    def __init__(self, model: type[Plan] | type[CreditPack], **options: Any) -> None:
        super().__init__(
            queryset=model._default_manager.filter(is_active=True),
            pk_field=serializers.UUIDField(),
            required=False,
            **options,
        )


class PlanSerializer(serializers.ModelSerializer):
    """A limit of null means none. Storage in bytes."""

    features = serializers.DictField(
        help_text="`widget_branding`, `api`, `workflows`: true or false. `models`: names, or "
        'prefixes such as "gemini/"; null means all. What is not named is allowed.'
    )

    class Meta:
        model = Plan
        fields = [
            "id",
            "name",
            "description",
            "price_monthly",
            "currency",
            "trial_days",
            "token_limit_daily",
            "document_limit",
            "attachment_limit",
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


class CreditPackSerializer(serializers.ModelSerializer):
    class Meta:
        model = CreditPack
        fields = ["id", "name", "credits", "price", "currency"]


class CreditPacksView(mixins.ListModelMixin, ApiView):
    area = "billing"
    orderings = ("price", "-price")
    queryset: QuerySet[CreditPack] = CreditPack.objects.filter(is_active=True)
    serializer_class = CreditPackSerializer
    filter_backends: list[Any] = []

    @extend_schema(summary="Packs of credits to buy beside a plan's")
    def get(self, request: Request) -> Response:
        return self.list(request)
