"""Links to a conversation for readers without an account."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.access import within_limit
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictSerializer
from accounts.rest.views import ApiView
from conversations import sharing
from conversations.models import Conversation, ShareLink
from conversations.sharing import NotShared


@problem_for(NotShared)
def not_shared(error: NotShared) -> Problem:
    return Problem(403 if error.code == "role_missing" else 409, error.code, str(error))


class NewShareLinkSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=ShareLink.Kind.choices, default="snapshot")
    expires_at = serializers.DateTimeField(
        allow_null=True, default=None, help_text="Not named: it lasts until it is revoked."
    )

    def validate_expires_at(self, at: dt.datetime | None) -> dt.datetime | None:
        if at is not None and at <= timezone.now():
            raise serializers.ValidationError(_("This moment has passed."))
        return at


class ShareLinkSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.CharField(help_text="Empty when its secret cannot be read any more.")
    kind = serializers.ChoiceField(choices=ShareLink.Kind.choices)
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, link: ShareLink) -> dict[str, Any]:
        link.url = sharing.address_of(link)  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().to_representation(link)
        return shown


class ShareLinksSerializer(serializers.Serializer):
    results = ShareLinkSerializer(many=True)


class Held(ApiView):
    area = "conversations"
    serializer_class = ShareLinkSerializer

    def conversation(self, pk: UUID) -> Conversation:
        held = Conversation.objects.for_user(self.request.user)
        return get_object_or_404(within_limit(held, self.request, "chatbot"), pk=pk)


class ShareView(Held):
    limited_methods = ("GET", "POST")
    http_method_names = ["get", "post"]

    @extend_schema(
        summary="The open links",
        operation_id="conversations_share_list",
        responses=ShareLinksSerializer,
    )
    @fails_with(404)
    def get(self, request: Request, pk: UUID) -> Response:
        links = sharing.links_of(self.conversation(pk))
        return Response({"results": ShareLinkSerializer(links, many=True).data})

    @extend_schema(
        summary="Share by a link",
        request=NewShareLinkSerializer,
        responses={201: ShareLinkSerializer},
    )
    @fails_with(404, 409)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        wanted = NewShareLinkSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        link = sharing.share(request.user, self.conversation(pk), **wanted.validated_data)
        return Response(ShareLinkSerializer(link).data, status=201)


class ShareLinkView(Held):
    limited_methods = ("DELETE",)
    http_method_names = ["delete"]

    @extend_schema(summary="Revoke a link", responses={204: None})
    @fails_with(404)
    def delete(self, request: Request, pk: UUID, link: UUID) -> Response:
        links = sharing.links_of(self.conversation(pk))
        sharing.revoke(request.user, get_object_or_404(links, pk=link))
        return Response(status=204)
