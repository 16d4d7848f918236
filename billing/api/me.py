"""The person's profile, and what their plan leaves them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import ProfileSerializer, ProfileView
from accounts.models import User
from billing import standing


class LimitSerializer(serializers.Serializer):
    """One limit in the words of `quota_exceeded`; null means no limit, and no reset by waiting."""

    limit = serializers.CharField()
    value = serializers.IntegerField(source="allowed", allow_null=True)
    used = serializers.IntegerField()
    left = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField(allow_null=True)


class LimitsSerializer(serializers.Serializer):
    """Null means no limit. Sizes in bytes; `resets_at` is when the day's tokens come back."""

    plan = serializers.CharField()
    credits_balance = serializers.IntegerField(
        help_text="The period's credits and those bought or granted besides."
    )
    token_limit_daily = serializers.IntegerField(allow_null=True)
    tokens_left_today = serializers.IntegerField(allow_null=True)
    document_limit = serializers.IntegerField(allow_null=True)
    attachment_limit = serializers.IntegerField(
        allow_null=True, help_text="Documents in one conversation."
    )
    storage_limit = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField()
    each = LimitSerializer(many=True)


class MeSerializer(ProfileSerializer):
    limits = serializers.SerializerMethodField()

    class Meta(ProfileSerializer.Meta):
        fields = [*ProfileSerializer.Meta.fields, "limits"]

    @extend_schema_field(LimitsSerializer)
    def get_limits(self, user: User) -> dict[str, Any]:
        return LimitsSerializer(limits_of(user)).data


class MeView(ProfileView):
    serializer_class = MeSerializer


def limits_of(user: User) -> dict[str, Any]:
    held, today = standing.subscription_of(user), standing.today_of(user)
    each = standing.allowances(held, today)
    left = {allowance.limit: allowance.left for allowance in each}
    return {
        "plan": held.plan.name,
        "credits_balance": held.user.credit_balance.balance,
        "token_limit_daily": held.plan.token_limit_daily,
        "tokens_left_today": left["token_limit_daily"],
        "document_limit": held.plan.document_limit,
        "attachment_limit": held.plan.attachment_limit,
        "storage_limit": held.plan.storage_limit,
        "resets_at": today.resets_at,
        "each": each,
    }
