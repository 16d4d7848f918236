"""The person behind the key, and their keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering, keys
from accounts.closing import close_account
from accounts.models import ApiKey, User
from accounts.rest.etags import TaggedRows
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem
from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictModelSerializer
from accounts.rest.views import ApiView


class ProfileSerializer(StrictModelSerializer):
    locale = serializers.ChoiceField(choices=settings.LANGUAGES)
    chat_model = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=120,
        help_text="Answers where a chatbot names no model: one of `/chat-models/`, or empty.",
    )

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "username",
            "full_name",
            "timezone",
            "locale",
            "chat_model",
            "tier",
            "total_tokens_used",
            "created_at",
        ]
        read_only_fields = ["email", "username", "tier", "total_tokens_used"]

    def validate_timezone(self, name: str) -> str:
        if name not in available_timezones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return name

    def validate_chat_model(self, name: str) -> str:
        if name and not answering.models_of(self.instance).include(name):
            raise serializers.ValidationError(_("There is no such model here."))
        return name


class ProfileView(ApiView):
    area = "account"
    serializer_class: type[serializers.Serializer] = ProfileSerializer

    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(request.user).data)

    def patch(self, request: Request) -> Response:
        serializer = self.get_serializer(request.user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    def delete(self, request: Request) -> Response:
        """Close the account: its keys stop and nobody can sign in; erased after 7 days."""
        close_account(request.user)
        if request.auth is None:
            logout(request._request)
        return Response(status=204)


class ApiKeySerializer(StrictModelSerializer):
    chatbot = serializers.UUIDField(
        source="chatbot_id",
        required=False,
        allow_null=True,
        help_text="The one chatbot whose conversations, answers and knowledge the key opens.",
    )
    project = serializers.UUIDField(
        source="project_id",
        required=False,
        allow_null=True,
        help_text="The one project whose documents, chatbots and conversations the key opens.",
    )
    scopes = serializers.MultipleChoiceField(
        choices=keys.SCOPES,
        required=False,
        help_text="Omitted: all that the caller may give. Empty: none.",
    )

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "prefix",
            "scopes",
            "chatbot",
            "project",
            "is_active",
            "last_used_at",
            "expires_at",
            "created_at",
        ]
        read_only_fields = ["prefix", "is_active", "last_used_at"]

    def to_representation(self, key: ApiKey) -> dict[str, Any]:
        return {**super().to_representation(key), "scopes": key.scopes}

    def validate_expires_at(self, moment: dt.datetime | None) -> dt.datetime | None:
        if moment and not timezone.now() < moment < timezone.now() + dt.timedelta(days=36_500):
            raise serializers.ValidationError(_("This must be in the future."))
        return moment


class IssuedKeySerializer(ApiKeySerializer):
    key = serializers.CharField(read_only=True, help_text="The secret. It is not shown again.")

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


@extend_schema_view(
    list=extend_schema(summary="API keys, without their secrets"),
    retrieve=extend_schema(summary="One API key"),
)
class ApiKeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TaggedRows):
    area = "account"
    queryset: QuerySet[ApiKey] = ApiKey.objects.all()
    serializer_class = ApiKeySerializer

    @extend_schema(summary="Make an API key", responses={201: IssuedKeySerializer})
    @fails_with(404)
    @idempotent
    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        key, secret = keys.issue(
            request.user,
            wanted["name"],
            scopes=_given_scopes(request.auth, wanted.get("scopes")),
            expires_at=_given_end(request.auth, wanted.get("expires_at")),
            chatbot_id=_one_of(keys.chatbots_of, request.user, wanted.get("chatbot_id")),
            project_id=_one_of(keys.projects_of, request.user, wanted.get("project_id")),
        )
        key.key = secret  # type: ignore[attr-defined]
        return Response(IssuedKeySerializer(key).data, status=201)

    @extend_schema(summary="Revoke an API key")
    def destroy(self, request: Request, pk: str) -> Response:
        keys.revoke(self.get_object(), actor=request.user)
        return Response(status=204)


def _given_scopes(caller: ApiKey | None, wanted: set[str] | None) -> list[str]:
    """A key gives on at most what it has itself."""
    may_give = keys.SCOPES if caller is None else caller.scopes
    for scope in wanted or ():
        if scope not in may_give:
            detail = _("This API key lacks the scope %s, so it cannot give it.") % scope
            raise Problem(403, "scope_missing", detail, scope=scope)
    return [scope for scope in keys.SCOPES if scope in (may_give if wanted is None else wanted)]


def _one_of(
    known: Callable[[User], dict[UUID, str]], user: User, wanted: UUID | None
) -> UUID | None:
    if wanted and wanted not in known(user):
        raise Http404
    return wanted


def _given_end(caller: ApiKey | None, wanted: dt.datetime | None) -> dt.datetime | None:
    """A key that ends makes no key that outlives it."""
    ends = [moment for moment in (wanted, caller and caller.expires_at) if moment]
    return min(ends, default=None)
