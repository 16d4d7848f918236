"""Uploads of many files: how far each is, which files are missing, and going on with them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from documents import batches
from documents.models import UploadBatch, UploadItem

PER_PAGE = 25
ITEMS_PER_PAGE = 50
STATES = {
    "missing": gettext_lazy("Missing"),
    "arrived": gettext_lazy("Arrived"),
    "ready": gettext_lazy("Ready"),
    "failed": gettext_lazy("Failed"),
    "refused": gettext_lazy("Refused"),
}


def owned(request: HttpRequest, pk: UUID) -> UploadBatch:
    batch = get_object_or_404(UploadBatch.objects.for_user(request.user), pk=pk)
    batches.count([batch])
    return batch


@login_required
@require_GET
def uploads(request: HttpRequest) -> HttpResponse:
    rows = UploadBatch.objects.for_user(request.user).newest_first()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    batches.count(page.object_list)
    return render(request, "documents/uploads.html", {"page": page})


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = owned(request, pk)
    state = request.GET.get("state", "")
    items: QuerySet[UploadItem] = batch.items.select_related("document").order_by("path")
    if state in STATES:
        items = getattr(items, state)()
    page = Paginator(items, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    counted = [(name, label, getattr(batch.counts, name)) for name, label in STATES.items()]
    context = {"batch": batch, "page": page, "state": state, "states": counted}
    return render(request, "documents/upload.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it up, or, once all has arrived, take it from the list: the documents stay."""
    batch = owned(request, pk)
    if request.method == "POST":
        batches.give_up(batch, actor=request.user)
        messages.success(request, _("%s is given up.") % batch.name)
        return redirect("documents:uploads")
    context = {
        "question": _("Give up %s?") % batch.name,
        "consequence": _("What has arrived stays in your library. The rest is not waited for."),
        "action": _("Give up"),
        "back_url": batch.get_absolute_url(),
    }
    return render(request, "confirm.html", context)
