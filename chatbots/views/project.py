"""The chatbots of a project, for everybody in it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.sharing.seen import seen, shown_with
from chatbots.models import Chatbot

PER_PAGE = 25


@login_required
@require_GET
def chatbots(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = seen(request, pk)
    rows = Chatbot.objects.filter(owner=project.owner_id, project=project).newest_first()
    context = {"page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))}
    return shown_with(request, project, "projects/chatbots.html", context)
