"""What the person has used, in a period and day by day."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.views import ApiView
from billing import usage
from billing.api.days import PERIOD, period, zone_of
from billing.models import DailyUsage, RequestType


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


class KindFiguresSerializer(FiguresSerializer):
    kind = serializers.ChoiceField(choices=RequestType.choices)


class DayFiguresSerializer(FiguresSerializer):
    date = serializers.DateField()


class UsageSerializer(FiguresSerializer):
    by_model = ModelFiguresSerializer(many=True)
    by_chatbot = ChatbotFiguresSerializer(many=True)
    by_kind = KindFiguresSerializer(many=True)
    by_day = DayFiguresSerializer(many=True, help_text="Days of the person's time zone with use.")


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
            "zone",
            "ends_at",
            "tokens_used",
            "messages_sent",
            "documents_uploaded",
            "conversations_created",
        ]


@extend_schema(summary="What was used day by day, of the person's time zone", parameters=PERIOD)
class DailyUsageView(ListModelMixin, ApiView):
    area = "usage"
    orderings = ("-date", "date")
    queryset: QuerySet[DailyUsage] = DailyUsage.objects.none()
    serializer_class = DailyUsageSerializer

    def get_queryset(self) -> QuerySet[DailyUsage]:
        zone = zone_of(self.request)
        since, until = (moment.astimezone(zone) for moment in period(self.request))
        last = until - dt.timedelta(microseconds=1)
        days = (since.date(), last.date())
        return DailyUsage.objects.filter(user=self.request.user, date__range=days)

    def get(self, request: Request) -> Response:
        return self.list(request)
