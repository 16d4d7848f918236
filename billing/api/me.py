"""The person's profile, and what their plan leaves them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import ProfileSerializer, ProfileView
from billing import limits
from billing.api import problem  # noqa: F401 – registers what it tells


class LimitsSerializer(serializers.Serializer):
    """Null means no limit. Sizes in bytes; `resets_at` is when the day's tokens come back."""

    plan = serializers.CharField()
    token_limit_daily = serializers.IntegerField(allow_null=True)
    tokens_left_today = serializers.IntegerField(allow_null=True)
    document_limit = serializers.IntegerField(allow_null=True)
    storage_limit = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField()


class MeSerializer(ProfileSerializer):
    limits = serializers.SerializerMethodField()

    class Meta(ProfileSerializer.Meta):
        fields = [*ProfileSerializer.Meta.fields, "limits"]

    @extend_schema_field(LimitsSerializer)
    def get_limits(self, user: Any) -> dict[str, Any]:
        return LimitsSerializer(limits.limits_left(user)).data


class MeView(ProfileView):
    serializer_class = MeSerializer
