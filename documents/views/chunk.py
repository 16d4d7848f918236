"""One passage: read, edited, switched off, and found at its place in the document."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import unscoped
from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from documents import editing
from documents.models import DocumentChunk, DocumentChunkQuerySet
from documents.passage_forms import PassageForm
from documents.queue import NotNow
from documents.views.chunks import said
from documents.views.shown import shown_with
from providers.errors import ProviderError


def editable(request: HttpRequest, pk: UUID) -> DocumentChunk:
    return _found(DocumentChunk.objects.editable_by(request.user), pk)


def _found(rows: DocumentChunkQuerySet, pk: UUID) -> DocumentChunk:
    return get_object_or_404(rows.present().light().select_related("document"), pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    chunk = _found(DocumentChunk.objects.visible_to(request.user), pk)
    beside = DocumentChunk.objects.present().filter(document=chunk.document_id)
    at = dict(
        beside.filter(chunk_index__in=[chunk.chunk_index - 1, chunk.chunk_index + 1]).values_list(
            "chunk_index", "pk"
        )
    )
    before, after = at.get(chunk.chunk_index - 1), at.get(chunk.chunk_index + 1)
    context = {"chunk": chunk, "before": before, "after": after}
    return shown_with(request, chunk.document, "documents/passage.html", context)


@unscoped  # the new words are embedded outside any transaction
@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    with scope(request.user):
        chunk = editable(request, pk)
    form = PassageForm(request.POST or None, initial={"content": chunk.content})
    if request.method == "POST" and form.is_valid() and _is_stored(request, chunk, form):
        return redirect("documents:passage", pk)
    with scope(request.user):
        status = 422 if form.is_bound else 200
        context = {"chunk": chunk, "form": form}
        template = "documents/passage_edit.html"
        return shown_with(request, chunk.document, template, context, status)


def _is_stored(request: HttpRequest, chunk: DocumentChunk, form: PassageForm) -> bool:
    """Whether the words were stored; the form says why not."""
    content = chunk.words if "restore" in request.POST else form.cleaned_data["content"]
    try:
        after = editing.edit(request.user, chunk.pk, content)
    except DocumentChunk.DoesNotExist as error:
        raise Http404 from error
    except QuotaExceeded as refusal:
        form.add_error("content", ValidationError(str(refusal), "quota_exceeded"))
    except (editing.EditRefused, NotNow) as refusal:
        form.add_error("content", str(refusal))
    except ProviderError as error:
        form.add_error("content", _("%s Nothing was saved. Try again.") % error)
    else:
        if after.edited_at:
            messages.success(request, _("Saved. Search finds the new words from now on."))
        else:
            messages.success(request, _("The passage says again what the document says."))
    return form.is_valid()


@login_required
@require_POST
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    chunk, on = editable(request, pk), request.POST.get("on") == "yes"
    try:
        messages.success(request, said(editing.switch(request.user, [chunk], on=on), on))
    except NotNow as reason:
        messages.warning(request, str(reason))
    return redirect("documents:passage", pk)
