"""The list from which documents are chosen: what is ticked first, then what matches a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chatbots.editing import readable_documents
from chatbots.forms import KnowledgeForm
from chatbots.views.found import editable
from documents.models import Document

OFFERED = 50  # documents shown besides the chosen ones; the search box finds others


@login_required
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """The picker's list for a search: what is ticked stays on it."""
    named = request.GET.get("chatbot", "")
    chatbot = editable(request.user, named) if named else None
    owner, project = (chatbot.owner, chatbot.project) if chatbot else (request.user, None)
    rows = readable_documents(owner, project)
    chosen = ids(request.GET.getlist("documents"))
    context = {"offered": _offered(rows, chosen, request.GET.get("q", ""))}
    return render(request, "chatbots/documents.html", context)


def context_of(form: KnowledgeForm) -> dict[str, Any]:
    """What the picker shows beside the form: `choosable` is how many there are in all."""
    chatbot = form.instance
    if form.is_bound:
        chosen = ids(form.data.getlist("documents"))
    else:
        is_new = chatbot._state.adding
        chosen = [] if is_new else list(chatbot.documents.values_list("pk", flat=True))
    return {"offered": _offered(form.offered, chosen), "choosable": form.offered.count()}


def _offered(rows: QuerySet[Document], chosen: list[UUID], query: str = "") -> list[Document]:
    """The chosen documents first, then the newest that match."""
    rows = rows.only("name", "title", "status").newest_first()  # type: ignore[attr-defined]
    ticked = list(rows.filter(pk__in=chosen))
    others = rows.exclude(pk__in=chosen)
    if query := query.replace("\0", "").strip()[:200]:  # PostgreSQL has no such character
        others = others.filter(name__icontains=query)
    for document in ticked:
        document.is_chosen = True
    return ticked + list(others[:OFFERED])


def ids(values: Iterable[str]) -> list[UUID]:
    return [pk for value in values if (pk := uuid_or_none(value))]


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
