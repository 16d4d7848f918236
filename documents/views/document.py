"""One document: its text with a found passage marked, its passages, and what can be done to it."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from documents import downloads, edits, queue, reading, sharing
from documents.forms import DocumentForm
from documents.models import DocumentChunk, DocumentText
from documents.storage import UNREACHABLE, StorageDown
from documents.uploads import delete_document
from documents.views.returning import back
from documents.views.shown import editable, owned, shown_with, visible
from documents.work.progress import progress_of


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`?chunk=` or `?start=&end=` marks a passage and shows its page; else `?page=`. `?view=` says
    whether as text or as the PDF's page looks: without it passages are shown on their page."""
    document = visible(request, pk)
    text = DocumentText.objects.filter(document=document).first()
    context: dict[str, Any] = {"text": text}
    if text:
        bounds = reading.windows(text)
        page = Paginator(bounds, 1).get_page(request.GET.get("page"))
        span = asked_span(request, text)
        shown = reading.parts(text, bounds, page.number, span)
        view = request.GET.get("view", "pages" if span else "text")
        context |= {
            "parts": shown,
            "page": Paginator(bounds, 1).page(shown[0].number),
            "is_lost": span is None and bool({"chunk", "start"} & request.GET.keys()),
            "place": _place(request),
            "is_drawn": view == "pages" and document.can_be_drawn and bool(text.pages),
            "stretches": reading.as_json(
                reading.stretches(text.pages, text.content[slice(*span)], span[0]) if span else []
            ),
        }
    return shown_with(request, document, "documents/detail.html", context)


def _place(request: HttpRequest) -> str:
    """The page and passage asked for, for a link that shows them in the other view."""
    named = ("chunk", "start", "end", "page")
    return urlencode({name: request.GET[name] for name in named if name in request.GET})


def asked_span(request: HttpRequest, text: DocumentText) -> tuple[int, int] | None:
    if "chunk" not in request.GET:
        return reading.span_within(text, request.GET.get("start"), request.GET.get("end"))
    try:
        chunk_id = UUID(request.GET["chunk"])
    except ValueError:
        return None
    chunks = DocumentChunk.objects.filter(document_id=text.document_id, pk=chunk_id)
    return chunks.values_list("start_char", "end_char").first()


@login_required
@never_cache
@require_GET
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stage and progress while a worker has it; once finished, the page is asked to reload."""
    document = visible(request, pk)
    can_edit = bool(sharing.editable_among(request.user, [document]))
    context = {"document": document, "work": progress_of(document), "can_edit": can_edit}
    response = render(request, "documents/_state.html", context)
    if document.is_finished:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_GET
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        return downloads.download(visible(request, pk))
    except queue.NotNow as reason:
        messages.warning(request, str(reason))
    except StorageDown:
        messages.error(request, UNREACHABLE)
    return redirect("documents:detail", pk)


@login_required
@require_GET
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The original for the page that draws it, whole or the stretch it asks for."""
    document = visible(request, pk)
    tag = quote_etag(document.content_hash)
    try:
        response = get_conditional_response(request, etag=tag) or downloads.download(
            document, request.headers.get("Range", "")
        )
    except queue.NotNow as reason:
        return HttpResponse(str(reason), status=409, content_type="text/plain; charset=utf-8")
    except StorageDown:
        return HttpResponse(UNREACHABLE, status=503, content_type="text/plain; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    document = editable(request, pk)
    form = DocumentForm(request.POST or None, instance=document)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("documents:detail", pk)
    return render(request, "documents/edit.html", {"document": document, "form": form})


@login_required
@require_POST
def reprocess(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks first what becomes of changed passages, where there are any."""
    document, choice = editable(request, pk), request.POST.get("edits")
    changed = edits.changes_of(document) if choice is None and document.is_finished else []
    if changed:
        context = {"document": document, "changed": edits.counted(changed)}
        context["back_url"] = back(request, reverse("documents:detail", args=[pk]))
        return render(request, "documents/reprocess.html", context)
    act = partial(queue.reprocess, discard_edits=choice == "discard")
    return change(request, pk, act)


@login_required
@require_POST
def dismiss_lost_edits(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person has seen which of their changes found no place."""
    edits.dismiss(editable(request, pk))
    return redirect("documents:detail", pk)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return change(request, pk, queue.cancel)


def change(request: HttpRequest, pk: UUID, act) -> HttpResponse:
    try:
        act(editable(request, pk), actor=request.user)
    except queue.NotNow as reason:
        messages.warning(request, str(reason))
    return redirect(back(request, reverse("documents:detail", args=[pk])))


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    document = owned(request, pk)
    if request.method == "POST":
        delete_document(document, actor=request.user)
        messages.success(request, _("%s is deleted.") % document.display_title)
        return redirect("documents:list")
    consequence = _(
        "The file, its text and its passages are removed for good. Answers given before keep "
        "their quotes, but nothing new is found in it."
    )
    if document.attachments.exists():
        consequence += " " + _("Its attachments stay: they are documents of their own.")
    context = {
        "question": _("Delete %s?") % document.display_title,
        "consequence": consequence,
        "action": _("Delete"),
        "back_url": reverse("documents:detail", args=[pk]),
    }
    return render(request, "confirm.html", context)
