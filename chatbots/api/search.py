"""Search over one's documents, a project's, or through the eyes of a chatbot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Project
from accounts.rest.access import chatbot_limit, project_limit
from accounts.rest.problems import Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.views import ApiView, each_or_404
from accounts.tenancy import scope
from chatbots.api.lookup import chatbot_or_404
from documents import retrieval, sharing
from documents.api.filters import FiltersSerializer
from documents.api.serializers import MAX_IDS
from documents.models import Document
from documents.retrieval import SearchScope
from providers.errors import ProviderError


@problem_for(ProviderError)
def provider_failed(error: ProviderError) -> Problem:
    return Problem(503, error.code, error.message)


class SearchSerializer(FiltersSerializer):
    query = serializers.CharField(max_length=2_000)
    document_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MAX_IDS
    )
    chatbot = serializers.CharField(
        max_length=60, required=False, help_text="Id or slug: read what this chatbot reads."
    )
    project = serializers.UUIDField(required=False, help_text="Only the documents of this project.")
    top_k = serializers.IntegerField(min_value=1, max_value=50, default=5)
    mode = serializers.ChoiceField(choices=retrieval.MODES, default="hybrid")


class PassageSerializer(serializers.Serializer):
    chunk_id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    document_name = serializers.CharField()
    content = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    section = serializers.CharField()
    start_char = serializers.IntegerField()
    end_char = serializers.IntegerField()
    score = serializers.FloatField()
    similar_to = serializers.UUIDField(
        allow_null=True, help_text="The better passage before it that says nearly the same."
    )


class ResultsSerializer(serializers.Serializer):
    results = PassageSerializer(many=True)


class SearchView(ApiView):
    # Opens its own scopes: the query is embedded between them, outside any transaction.
    area = "search"
    limited_methods = project_methods = ("POST",)
    scopes = {"POST": "search:read"}
    serializer_class = SearchSerializer

    @extend_schema(summary="Find passages", responses={200: ResultsSerializer})
    @fails_with(404, 503)
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        with timezone.override(request.user.timezone):
            filters = asked.filters()
        reach = replace(search_scope(request, wanted), filters=filters)
        how = {"top_k": wanted["top_k"], "mode": wanted["mode"]}
        found = retrieval.search(reach, wanted["query"], origin="api", **how)
        return Response({"results": [passage.as_result() for passage in found]})


def search_scope(request: Request, wanted: dict[str, Any]) -> SearchScope:
    """What the request may read, made of rows the person was allowed to see; 404 otherwise.

    Where a key is limited, what it does not name is the chatbot's or the project's.
    """
    limits = {"chatbot": chatbot_limit(request), "project": project_limit(request)}
    named = {**{name: str(limit) for name, limit in limits.items() if limit}, **wanted}
    if named.keys().isdisjoint({"chatbot", "project", "document_ids"}):
        return SearchScope(request.user.pk)
    with scope(request.user):
        return _chosen(request, named)


def _chosen(request: Request, wanted: dict[str, Any]) -> SearchScope:
    documents = Document.objects.visible_to(request.user)
    reach = None
    if "chatbot" in wanted:
        reach = chatbot_or_404(request, wanted["chatbot"]).search_scope()
        if chatbot_limit(request) and reach.document_ids is not None:
            # What a limited key's chatbot does not read is not there.
            documents = documents.filter(pk__in=reach.document_ids)
    if "project" in wanted:
        project = _project(request, wanted["project"])
        documents = documents.in_project(project)
        reach = _both(reach, sharing.search_scope(project))
    if "document_ids" in wanted:
        chosen = each_or_404(documents.only("owner"), wanted["document_ids"])
        if not chosen:
            reach = (reach or SearchScope(request.user.pk)).narrowed(set())
        for owner_id in {document.owner_id for document in chosen}:
            ids = tuple(document.pk for document in chosen if document.owner_id == owner_id)
            reach = _both(reach, SearchScope(owner_id, ids))
    return reach or SearchScope(request.user.pk)


def _both(reach: SearchScope | None, other: SearchScope) -> SearchScope:
    """What both may read: a search reads one owner's library."""
    if reach is None:
        return other
    if reach.owner_id != other.owner_id:
        text = _("These belong to several people. Search in those of one at a time.")
        raise serializers.ValidationError({"document_ids": [text]})
    return reach.narrowed(set(other.document_ids or ()))


def _project(request: Request, pk: UUID | str) -> Project:
    rows = Project.objects.visible_to(request.user)
    if limit := project_limit(request):
        rows = rows.filter(pk=limit)
    if limit := chatbot_limit(request):
        rows = rows.filter(chatbots=limit)  # whether others exist is not its to know
    return get_object_or_404(rows, pk=pk)
