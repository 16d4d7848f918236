"""The person's queue of documents: how much of it is left, and whether it is paused."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.strict import StrictSerializer
from accounts.rest.views import ApiView
from documents.work import pausing


class QueueSerializer(serializers.Serializer):
    paused = serializers.BooleanField()
    paused_at = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField()
    processing = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="Without those that were cancelled.")
    oldest_waiting = serializers.DateTimeField(
        allow_null=True, help_text="When the oldest of those that wait was added."
    )


class PausedSerializer(StrictSerializer):
    paused = serializers.BooleanField()


class QueueView(ApiView):
    area = "documents"
    serializer_class = QueueSerializer

    @extend_schema(summary="The queue of your documents")
    def get(self, request: Request) -> Response:
        return Response(QueueSerializer(pausing.state_of(request.user)).data)

    @extend_schema(summary="Pause or resume the queue", request=PausedSerializer)
    def patch(self, request: Request) -> Response:
        """Paused, none of your waiting documents is taken; what is at work is finished, and you may
        go on adding."""
        wanted = PausedSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        act = pausing.pause if wanted.validated_data["paused"] else pausing.resume
        act(request.user, actor=request.user)
        return Response(QueueSerializer(pausing.state_of(request.user)).data)
