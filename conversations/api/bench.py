"""The retrieval bench for programs: one search taken apart, and what was searched for before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answering
from accounts.audit_api import PERIOD
from accounts.rest.access import chatbot_limit
from accounts.rest.moments import moment
from accounts.rest.schema import fails_with
from accounts.rest.strict import finite
from accounts.rest.views import ApiView, OwnRows
from accounts.tenancy import scope
from chatbots.api.lookup import chatbot_or_404
from chatbots.api.search import PassageSerializer, SearchSerializer, search_scope
from chatbots.choices import may_be_reranker
from chatbots.models import Chatbot
from conversations.bench.explaining import Candidate, Explanation, explain
from documents import retrieval
from documents.models import SearchLog
from documents.retrieval import Parameters
from documents.retrieval.reranking import OFF

SETTINGS = ("top_k", "mode", "meaning", "depth", "minimum", "rerank_model")


class ExplainSerializer(SearchSerializer):
    """Settings that are not named are the chatbot's, or those of a new one."""

    top_k = serializers.IntegerField(min_value=1, max_value=50, required=False)
    mode = serializers.ChoiceField(choices=retrieval.MODES, required=False)
    meaning = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="Weight of meaning against words."
    )
    depth = serializers.IntegerField(
        min_value=10,
        max_value=200,
        required=False,
        help_text="Candidates of each way of searching.",
    )
    minimum = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="Part of the best score."
    )
    rerank_model = serializers.CharField(
        max_length=120,
        required=False,
        allow_blank=True,
        help_text="Empty: the installation's, if any; `none`: none.",
    )

    def validate_meaning(self, weight: float) -> float:
        finite(weight)
        return weight

    def validate_minimum(self, score: float) -> float:
        finite(score)
        return score


class CandidateSerializer(PassageSerializer):
    rank = serializers.IntegerField(help_text="In the final order, those left out included.")
    place = serializers.IntegerField(allow_null=True, help_text="Among those handed on.")
    left_out = serializers.ChoiceField(
        choices=["", "number", "minimum"],
        help_text="Why it is not handed on: beyond the number, or below the minimum.",
    )
    near_rank = serializers.IntegerField(allow_null=True, help_text="By meaning.")
    similarity = serializers.FloatField(allow_null=True, help_text="Cosine, -1 to 1.")
    matching_rank = serializers.IntegerField(allow_null=True, help_text="By words.")
    lexical = serializers.FloatField(allow_null=True, help_text="BM25.")
    has_phrase = serializers.BooleanField(help_text="It holds what is in quotation marks.")
    fused_rank = serializers.IntegerField()
    fused_score = serializers.FloatField()
    rerank_score = serializers.FloatField(allow_null=True)


class ParametersSerializer(serializers.Serializer):
    top_k = serializers.IntegerField()
    mode = serializers.ChoiceField(choices=retrieval.MODES)
    meaning = serializers.FloatField()
    depth = serializers.IntegerField()
    minimum = serializers.FloatField()
    rerank_model = serializers.CharField()


class PromptMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()


class PromptSerializer(serializers.Serializer):
    messages = PromptMessageSerializer(many=True)
    tokens = serializers.IntegerField(help_text="Estimated.")


class ExplanationSerializer(serializers.Serializer):
    parameters = ParametersSerializer()
    candidates = CandidateSerializer(many=True)
    prompt = PromptSerializer()
    ms = serializers.DictField(child=serializers.FloatField(), help_text="Milliseconds by part.")
    without_vectors = serializers.CharField(help_text="Why words alone were searched.")
    not_reranked = serializers.CharField(help_text="Why nothing was reranked.")


class SearchExplainView(ApiView):
    # Opens its own scopes: the query is embedded between them, outside any transaction.
    area = "search"
    limited_methods, project_methods = ("POST",), ()
    scopes = {"POST": "search:read"}
    serializer_class = ExplainSerializer

    @extend_schema(summary="Take a search apart", responses={200: ExplanationSerializer})
    @fails_with(404, 503)
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        with timezone.override(request.user.timezone):
            filters = asked.filters()
        with scope(request.user):
            reach = replace(search_scope(request, wanted), filters=filters)
            chatbot = _chatbot(request, wanted)
            if request.auth and "chatbots:read" not in request.auth.scopes:
                chatbot.system_prompt = ""  # part of the prompt, but not this key's to read
            parameters = _parameters(request, chatbot, wanted)
        return Response(shown(explain(reach, wanted["query"], parameters, chatbot=chatbot)))


class SearchLogFilter(django_filters.FilterSet):
    origin = django_filters.ChoiceFilter(choices=SearchLog.Origin.choices)
    chatbot = django_filters.UUIDFilter("chatbot_id", label="Through this chatbot's eyes.")

    class Meta:
        model = SearchLog
        fields: list[str] = []


class SearchLogSerializer(serializers.ModelSerializer):
    chatbot = serializers.UUIDField(source="chatbot_id", allow_null=True)
    parameters = serializers.DictField(
        source="scope", help_text="How it was searched for, and in how many documents."
    )
    results = serializers.ListField(
        child=serializers.DictField(), help_text="Ids and scores of the passages, best first."
    )

    class Meta:
        model = SearchLog
        fields = [
            *("id", "origin", "chatbot", "query", "parameters", "results", "latency_ms"),
            "created_at",
        ]


class SearchLogView(mixins.ListModelMixin, OwnRows):
    """Questions of a chat are part of a conversation: a key needs the right to read those."""

    area = "conversations"
    limited_methods, chatbot_field = ("GET",), "chatbot_id"
    project_methods = ()
    orderings = ("-created_at", "created_at")
    queryset: QuerySet[SearchLog] = SearchLog.objects.all()
    serializer_class = SearchLogSerializer
    filterset_class = SearchLogFilter

    def get_queryset(self) -> QuerySet[SearchLog]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        if since := moment(self.request, "from"):
            rows = rows.filter(created_at__gte=since)
        if until := moment(self.request, "to", whole_day=True):
            rows = rows.filter(created_at__lt=until)
        return rows

    @extend_schema(summary="What was searched for, and what was found", parameters=PERIOD)
    def get(self, request: Request) -> Response:
        return self.list(request)


def _chatbot(request: Request, wanted: dict[str, Any]) -> Chatbot:
    """The one named, the one the key is limited to, or one as a new one would be."""
    named = wanted.get("chatbot") or chatbot_limit(request)
    return chatbot_or_404(request, str(named)) if named else Chatbot(owner=request.user)


def _parameters(request: Request, chatbot: Chatbot, wanted: dict[str, Any]) -> Parameters:
    named = {name: wanted[name] for name in SETTINGS if name in wanted}
    model = named.get("rerank_model", chatbot.rerank_model)
    accounts = answering.models_of(request.user).accounts
    # A limited key asks as its chatbot does: other models are the owner's to try and to pay.
    is_other = model not in ("", OFF, chatbot.rerank_model)
    if is_other and (chatbot_limit(request) or not may_be_reranker(accounts, model)):
        raise serializers.ValidationError({"rerank_model": ["There is no such model here."]})
    return replace(chatbot.search_parameters(), **named)


def shown(explained: Explanation) -> dict[str, Any]:
    search = explained.search
    return {
        "parameters": search.parameters.as_json(),
        "candidates": [_shown_candidate(one) for one in explained.candidates],
        "prompt": {
            "messages": [
                {"role": message.role, "content": message.content} for message in explained.messages
            ],
            "tokens": explained.prompt_tokens,
        },
        "ms": search.ms,
        "without_vectors": search.without_vectors,
        "not_reranked": search.not_reranked,
    }


def _shown_candidate(one: Candidate) -> dict[str, Any]:
    passage = one.passage
    return {
        **passage.as_result(),
        "rank": one.rank,
        "place": one.place,
        "left_out": one.left_out,
        "near_rank": passage.near_rank,
        "similarity": passage.similarity,
        "matching_rank": passage.matching_rank,
        "lexical": passage.lexical,
        "has_phrase": passage.has_phrase,
        "fused_rank": one.fused_rank,
        "fused_score": round(passage.score, 6),
        "rerank_score": passage.rerank_score,
    }
