"""`embeddings`: texts as the vectors of the embedder that reads the documents."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.connections import give_back
from accounts.embedding import embedder_of, own_accounts
from accounts.rest.access import KeyAuthentication
from accounts.rest.schema import fails_with
from accounts.rest.views import ApiView
from accounts.tenancy import scope
from billing import limits
from billing.models import RequestType
from billing.usage import record_usage
from conversations.openai.errors import AsOpenAI, no_such_model
from documents import generations
from providers.base import Embedder, Usage, Vectors

MOST_TEXTS = 256
LONGEST_TEXT = 20_000  # characters
TEXTS = _("A text, or a list of texts. Tokens cannot be read here: send the words.")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_TEXTS,
                "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
            },
        ]
    }
)
class TextsField(serializers.Field):
    def to_internal_value(self, given: Any) -> list[str]:
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise serializers.ValidationError(TEXTS)
        if not 1 <= len(texts) <= MOST_TEXTS:
            raise serializers.ValidationError(_("From 1 to %s texts a request.") % MOST_TEXTS)
        if not all(text.strip() and len(text) <= LONGEST_TEXT for text in texts):
            told = _("Each text needs words, and at most %s characters.") % f"{LONGEST_TEXT:,}"
            raise serializers.ValidationError(told)
        return texts

    def to_representation(self, texts: list[str]) -> list[str]:
        return texts


class EmbeddingsRequestSerializer(serializers.Serializer):
    model = serializers.CharField(max_length=120, help_text="The installation's embedder.")
    input = TextsField()
    encoding_format = serializers.ChoiceField(choices=["float", "base64"], default="float")
    dimensions = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="The model's own; no other."
    )
    input_type = serializers.ChoiceField(
        choices=["passage", "query"],
        default="passage",
        help_text="Not OpenAI's: a question that passages are searched for is a `query`.",
    )


@extend_schema_field(
    {"oneOf": [{"type": "array", "items": {"type": "number"}}, {"type": "string"}]}
)
class VectorField(serializers.Field):
    """Numbers, or the base64 of 32-bit little-endian floats."""


class EmbeddingSerializer(serializers.Serializer):
    object = serializers.CharField(help_text="`embedding`.")
    index = serializers.IntegerField()
    embedding = VectorField()


class EmbeddingsUsageSerializer(serializers.Serializer):
    prompt_tokens = serializers.IntegerField()
    total_tokens = serializers.IntegerField()


class EmbeddingsSerializer(serializers.Serializer):
    object = serializers.CharField(help_text="`list`.")
    model = serializers.CharField()
    data = EmbeddingSerializer(many=True)
    usage = EmbeddingsUsageSerializer()


class EmbeddingsView(AsOpenAI, ApiView):
    """Opens its scopes itself: while the model computes no connection is held."""

    authentication_classes = [KeyAuthentication]
    area = "search"
    scopes = {"POST": "search:read"}
    serializer_class = EmbeddingsRequestSerializer

    @extend_schema(summary="Vectors of texts", responses={200: EmbeddingsSerializer})
    @fails_with(404)
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        with scope(request.user):
            limits.check_tokens(request.user)
            model = generations.present().model
        if wanted["model"] != model:
            raise no_such_model()
        with embedder_of(request.user.pk, model) as embedder:
            give_back()
            _check_dimensions(embedder, wanted.get("dimensions"))
            tokens = _counted(embedder, wanted["input"])
            vectors = _vectors(embedder, wanted["input"], wanted["input_type"])
        _note_usage(request, model, tokens)
        return Response(_told(model, vectors, tokens, wanted["encoding_format"]))


def _check_dimensions(embedder: Embedder, wanted: int | None) -> None:
    if wanted is not None and wanted != embedder.dimension:
        told = _("This model gives %s numbers, and no other count.") % embedder.dimension
        raise serializers.ValidationError({"dimensions": told})


def _counted(embedder: Embedder, texts: Sequence[str]) -> int:
    """Tokens in all. A text that the model would read in part is refused."""
    counts = embedder.count_tokens(texts)
    for number, count in enumerate(counts):
        if embedder.truncates and count > embedder.max_tokens:
            told = _("This text has more than the %s tokens that the model reads. Cut it.")
            raise serializers.ValidationError({"input": {number: told % embedder.max_tokens}})
    return sum(counts)


def _vectors(embedder: Embedder, texts: Sequence[str], kind: str) -> Vectors:
    if kind == "query":
        return np.stack([embedder.embed_query(text) for text in texts])
    return embedder.embed_passages(texts)


def _note_usage(request: Request, model: str, tokens: int) -> None:
    with scope(request.user):
        record_usage(
            request.user.pk,
            RequestType.EMBEDDING,
            model,
            Usage(tokens, 0, exact=False),
            own_key=bool(own_accounts(request.user.pk, model)),
        )


def _told(model: str, vectors: Vectors, tokens: int, encoding: str) -> dict[str, Any]:
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": number, "embedding": _encoded(vector, encoding)}
            for number, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _encoded(vector: Vectors, encoding: str) -> Any:
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return vector.tolist()
