"""What the person has used, in a period and day by day."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.moments import moment
from accounts.rest.views import ApiView
from billing import limits, usage
from billing.models import DailyUsage

MAX_DAYS = 366
PERIOD = [
    OpenApiParameter(name, str, description=text)
    for name, text in (
        (
            "from",
            "First day or moment (ISO 8601, UTC unless it says otherwise); this month's first.",
        ),
        ("to", "Last day, included, or the moment to stop before; today. At most 366 days."),
    )
]


class FiguresSerializer(serializers.Serializer):
    credits = serializers.IntegerField()
    tokens_input = serializers.IntegerField()
    tokens_output = serializers.IntegerField()
    requests = serializers.IntegerField()
    latency_ms_mean = serializers.FloatField(allow_null=True)


class ModelFiguresSerializer(FiguresSerializer):
    model = serializers.CharField()


class ChatbotFiguresSerializer(FiguresSerializer):
    chatbot_id = serializers.UUIDField()


class UsageSerializer(FiguresSerializer):
    by_model = ModelFiguresSerializer(many=True)
    by_chatbot = ChatbotFiguresSerializer(many=True)


class UsageView(ApiView):
    area = "usage"
    serializer_class = UsageSerializer

    @extend_schema(summary="Credits, tokens and requests of a period", parameters=PERIOD)
    def get(self, request: Request) -> Response:
        since, until = period(request)
        return Response(UsageSerializer(usage.summary(request.user, since, until)).data)


class DailyUsageSerializer(serializers.ModelSerializer):
    class Meta:
        model = DailyUsage
        fields = [
            "date",
            "tokens_used",
            "messages_sent",
            "documents_uploaded",
            "conversations_created",
        ]


@extend_schema(summary="What was used day by day (UTC)", parameters=PERIOD)
class DailyUsageView(ListModelMixin, ApiView):
    area = "usage"
    orderings = ("-date", "date")
    queryset: QuerySet[DailyUsage] = DailyUsage.objects.none()
    serializer_class = DailyUsageSerializer

    def get_queryset(self) -> QuerySet[DailyUsage]:
        since, until = period(self.request)
        last = until - dt.timedelta(microseconds=1)
        days = (since.astimezone(dt.UTC).date(), last.astimezone(dt.UTC).date())
        return DailyUsage.objects.filter(user=self.request.user, date__range=days)

    def get(self, request: Request) -> Response:
        return self.list(request)


def period(request: Request) -> tuple[dt.datetime, dt.datetime]:
    """[since, until) of `from` and `to`; without them the month so far."""
    now = timezone.now()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = moment(request, "from") or month
    until = moment(request, "to", whole_day=True) or limits.tomorrow()
    if not since < until <= since + dt.timedelta(days=MAX_DAYS):
        detail = _("Later than from, by %s days at most.") % MAX_DAYS
        raise serializers.ValidationError({"to": [detail]})
    return since, until
