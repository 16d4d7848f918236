"""The passages of a document: looked through, and switched on or off together."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from documents import editing
from documents.models import DocumentChunk
from documents.passage_forms import PassagesForm
from documents.queue import NotNow
from documents.views.returning import back
from documents.views.shown import editable, shown_with, visible

PER_PAGE = 25


@login_required
@require_GET
def passages(request: HttpRequest, pk: UUID) -> HttpResponse:
    document = visible(request, pk)
    chunks = DocumentChunk.objects.present().filter(document=document).light()
    form = PassagesForm(request.GET)
    page = Paginator(form.apply(chunks), PER_PAGE).get_page(request.GET.get("page"))
    return shown_with(request, document, "documents/passages.html", {"form": form, "page": page})


@login_required
@require_POST
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Those that were ticked; `on` says which way."""
    document, on = editable(request, pk), request.POST.get("on") == "yes"
    chunks = DocumentChunk.objects.present().filter(document=document).light()
    ticked = [number for given in request.POST.getlist("id") if (number := as_uuid(given))]
    try:
        count = editing.switch(request.user, chunks.filter(pk__in=ticked), on=on)
    except NotNow as reason:
        messages.warning(request, str(reason))
    else:
        messages.success(request, said(count, on) if ticked else _("Tick the passages first."))
    return redirect(back(request, reverse("documents:passages", args=[pk])))


def said(count: int, on: bool) -> str:
    if on:
        text = ngettext("%s passage is found again.", "%s passages are found again.", count)
    else:
        text = ngettext("%s passage is switched off.", "%s passages are switched off.", count)
    return text % count


def as_uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
