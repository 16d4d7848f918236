"""Search by meaning over the whole library."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import unscoped
from documents.retrieval import SearchScope, search

FOUND = 20
MAX_QUERY = 1000


@unscoped  # the query is embedded before the search opens its own scope
@login_required
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    reach = SearchScope(request.user.pk)
    passages = search(reach, query, top_k=FOUND, origin="page") if query else []
    return render(request, "documents/search.html", {"query": query, "passages": passages})
