"""Which mails about used-up limits a person wants, and which limits they have come close to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.strict import StrictSerializer
from accounts.rest.views import ApiView
from billing import alerts
from billing.models import UsageAlert

SHOWN = 20


class PassedSerializer(serializers.ModelSerializer):
    class Meta:
        model = UsageAlert
        fields = ["limit", "percent", "period_start", "created_at"]


class AlertsSerializer(StrictSerializer):
    mail_at = serializers.ListField(
        child=serializers.ChoiceField(choices=alerts.PERCENTS),
        max_length=len(alerts.PERCENTS),
        help_text="At which percents of a limit to send a mail; an empty list sends none.",
    )
    passed = PassedSerializer(
        many=True, read_only=True, help_text="What was passed, the latest first, 20 at most."
    )


class AlertsView(ApiView):
    area = "billing"
    scopes = {"GET": "usage:read"}
    serializer_class = AlertsSerializer

    @extend_schema(summary="Mails about used-up limits")
    def get(self, request: Request) -> Response:
        return Response(self._shown(request))

    @extend_schema(summary="Choose which mails about used-up limits to get")
    def patch(self, request: Request) -> Response:
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        alerts.choose(request.user, sorted(set(wanted.validated_data["mail_at"])))
        return Response(self._shown(request))

    def _shown(self, request: Request) -> dict[str, Any]:
        passed = UsageAlert.objects.filter(owner=request.user).order_by("-created_at")[:SHOWN]
        told = {"mail_at": alerts.wanted_by(request.user), "passed": passed}
        return AlertsSerializer(told).data
