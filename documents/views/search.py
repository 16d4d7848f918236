"""Search over the whole library, or over the documents that some filters leave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Project
from accounts.requests import unscoped
from accounts.tenancy import scope
from documents import facets, sharing
from documents.filters import Filters
from documents.models import Document
from documents.retrieval import Parameters, Passage, Search, SearchScope, retrieve
from documents.search_forms import SearchForm
from documents.views.chunks import as_uuid
from providers.errors import ProviderError

FOUND = 20


@dataclass
class Result:
    """A passage, and those that say nearly the same."""

    passage: Passage
    also: list[Passage] = field(default_factory=list)


@unscoped  # the query is embedded before the search opens its own scope
@login_required
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "query": "",
        "project": None,
        "clear_url": _without(request),
    }
    if form.is_valid():
        with timezone.override(request.user.timezone):
            filters = form.filters()
        with scope(request.user):
            project = _project(request)
            reach = sharing.search_scope(project) if project else SearchScope(request.user.pk)
        context |= {"project": project, **_narrowing(request, project, filters)}
        if query := form.cleaned_data["q"]:
            reach = replace(reach, filters=filters)
            context |= {"query": query, **_found(reach, query, form.cleaned_data["mode"])}
    return render(request, "documents/search.html", context)


def _project(request: HttpRequest) -> Project | None:
    """The one whose documents are searched, instead of one's own library."""
    if not (given := request.GET.get("project")):
        return None
    return get_object_or_404(Project.objects.visible_to(request.user), pk=as_uuid(given))


def _narrowing(request: HttpRequest, project: Project | None, filters: Filters) -> dict[str, Any]:
    """What can be chosen, how many documents that leaves, and if none, why."""
    with scope(request.user):
        library = Document.objects.for_user(request.user)
        if project:
            library = Document.objects.in_project(project)
        library = library.searchable()
        count = library.fitting(filters).count()
        blamed = facets.removals(library, filters) if filters and not count else []
        chips = facets.facets(library, filters)
    ways_out = [(one, _without(request, one.field)) for one in blamed]
    return {"facets": chips, "filters": filters, "documents": count, "removals": ways_out}


def _found(reach: SearchScope, query: str, mode: str) -> dict[str, Any]:
    try:
        asked = Parameters(top_k=FOUND, mode=mode or "hybrid")
        search = retrieve(reach, query, asked, origin="page")
    except ProviderError as error:  # by meaning alone, and it cannot be had
        return {"failure": error.message}
    return {"results": folded(search), "without_vectors": search.without_vectors}


def folded(search: Search) -> list[Result]:
    """Each passage with those like it; all of them, however many were asked for."""
    shown = {passage.chunk_id: Result(passage) for passage in search.passages if not passage.like}
    for passage in search.passages:
        if passage.like:
            shown[passage.like].also.append(passage)
    return list(shown.values())


def _without(request: HttpRequest, *fields: str) -> str:
    """The address without these filters; none named: without any."""
    query = request.GET.copy()
    for name in fields or ("tag", "type", "language", "added"):
        for key in ("added_from", "added_to") if name == "added" else (name,):
            query.pop(key, None)
    return f"?{query.urlencode()}"
