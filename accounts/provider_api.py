"""A person's own provider keys through the API, and the models that these and ours open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering, provider_keys
from accounts.credentials import SECRET_LENGTH, ProviderCredential, is_a_key
from accounts.provider_keys import KeyNotSaved
from accounts.rest.idempotent import idempotent, replay_of, takes_key
from accounts.rest.problems import NOT_FOUND, Problem, problem_for
from accounts.rest.strict import StrictModelSerializer
from accounts.rest.views import ApiView, OwnRowsViewSet
from accounts.tenancy import scope
from providers.account import Account


@problem_for(KeyNotSaved)
def key_not_saved(error: KeyNotSaved) -> Problem:
    errors = {error.field: [error.message]} if error.field else {}
    return Problem(400, error.code, error.message, errors=errors)


@problem_for(ProviderCredential.DoesNotExist)
def credential_gone(error: ProviderCredential.DoesNotExist) -> Problem:
    return Problem(404, "not_found", NOT_FOUND)


class ProviderCredentialSerializer(StrictModelSerializer):
    secret = serializers.CharField(
        write_only=True, max_length=SECRET_LENGTH, validators=[is_a_key], help_text="The key."
    )
    base_url = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="Of a server that speaks the provider's protocol. Empty: the provider's own.",
    )

    class Meta:
        model = ProviderCredential
        fields = [
            "id",
            "provider",
            "label",
            "secret",
            "hint",
            "base_url",
            "is_active",
            "last_error",
            "checked_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["hint", "is_active", "last_error", "checked_at"]


class ChangedCredentialSerializer(ProviderCredentialSerializer):
    base_url = serializers.CharField(read_only=True)

    class Meta(ProviderCredentialSerializer.Meta):
        read_only_fields = ["provider", "hint", "last_error", "checked_at"]


@extend_schema_view(
    list=extend_schema(summary="Keys to model providers, without their secrets"),
    retrieve=extend_schema(summary="One key to a model provider"),
)
class ProviderCredentialViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnRowsViewSet):
    # Opens its own scopes: a provider is asked between them, outside any transaction.
    area = "account"
    queryset: QuerySet[ProviderCredential] = ProviderCredential.objects.all()
    serializer_class = ProviderCredentialSerializer

    def list(self, request: Request) -> Response:
        with scope(request.user):
            return super().list(request)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        with scope(request.user):
            return super().retrieve(request, pk)

    @extend_schema(summary="Add a key, once its provider accepts it")
    @takes_key
    def create(self, request: Request) -> HttpResponseBase:
        """It is used at once, in place of the one before at the same provider."""
        if first := replay_of(request):
            return first
        wanted = self._wanted(ProviderCredentialSerializer(data=request.data))
        account = provider_keys.tried(
            wanted["provider"], wanted["secret"], wanted.get("base_url", "")
        )
        return self._keep(request, account, wanted.get("label", ""))

    @idempotent
    def _keep(self, request: Request, account: Account, label: str) -> Response:
        made = provider_keys.keep(request.user, account, label=label)
        return Response(self._shown(made), status=201)

    @extend_schema(
        summary="Replace, rename or switch a key",
        request=ChangedCredentialSerializer,
        responses=ProviderCredentialSerializer,
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """A new secret is tried first; the server it belongs to cannot be changed."""
        wanted = self._wanted(ChangedCredentialSerializer(data=request.data, partial=True))
        secret = wanted.pop("secret", None)
        if secret is not None:
            credential = provider_keys.replace(request.user, pk, secret)
        if wanted or secret is None:
            credential = provider_keys.change(request.user, pk, **wanted)
        return Response(self._shown(credential))

    @extend_schema(summary="Remove a key")
    def destroy(self, request: Request, pk: UUID) -> Response:
        with scope(request.user):
            provider_keys.remove(request.user, self.get_object())
        return Response(status=204)

    @extend_schema(summary="Try a key again", request=None)
    def test(self, request: Request, pk: UUID) -> Response:
        """`last_error` says how it went; empty is well."""
        return Response(self._shown(provider_keys.test(request.user, pk)))

    def _wanted(self, serializer: serializers.BaseSerializer) -> dict[str, Any]:
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _shown(self, credential: ProviderCredential) -> dict[str, Any]:
        return self.get_serializer(credential).data


class ChatModelSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="What a chatbot's `model` says.")
    label = serializers.CharField()
    provider = serializers.CharField()
    source = serializers.ChoiceField(
        choices=["offline", "platform", "own"], help_text="Whose account it uses."
    )


class ChatModelsSerializer(serializers.Serializer):
    results = ChatModelSerializer(many=True)


class ChatModelsView(ApiView):
    area = "chatbots"
    serializer_class = ChatModelsSerializer

    @extend_schema(summary="Models that chatbots can use, the default first")
    def get(self, request: Request) -> Response:
        models = answering.models_of(request.user)
        return Response(ChatModelsSerializer({"results": models.choices}).data)
