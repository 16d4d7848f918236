"""The documents of a project: what members read, what editors bring and take out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Project, Role
from accounts.sharing.refusals import SharingRefused
from accounts.sharing.seen import seen, shown_with
from billing.limits import QuotaExceeded
from documents import sharing
from documents.forms import AddressForm, PastedTextForm
from documents.models import Document, DocumentQuerySet
from documents.uploads import UploadRefused, add_document
from documents.views.chunks import as_uuid
from documents.views.library import Received, rows

PER_PAGE = 25
OFFERED = 100  # newest documents of the owner's that can be linked


@login_required
@require_GET
def documents(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = seen(request, pk)
    there = Document.objects.library().in_project(project).newest_first()
    page = Paginator(there, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "adding": {"address": AddressForm(), "text": PastedTextForm()}}
    context["editable"] = sharing.editable_among(request.user, page.object_list)
    if project.role == Role.OWNER:
        context["offered"] = offered(project)
    return shown_with(request, project, "projects/documents.html", context)


def offered(project: Project) -> DocumentQuerySet:
    """What the owner has besides."""
    mine = Document.objects.for_user(project.owner).library()
    others = mine.exclude(project_documents__project=project)
    return others.only("name", "title").newest_first()[:OFFERED]


@login_required
@require_POST
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file by script gives its row; a plain form a page with what became of each."""
    project = seen(request, pk, Role.OWNER, Role.EDITOR)
    received = [_receive(request, project, file) for file in request.FILES.getlist("files")]
    if not received:
        received = [Received(_("No file"), reason=_("Choose at least one file."))]
    accepted = [one.document for one in received if one.document]
    if "HX-Request" not in request.headers:
        context = {"received": received, "accepted": len(accepted)}
        return render(request, "documents/uploaded.html", context)
    if not accepted:
        return received[0].told()
    return rows(request, accepted)


def _receive(request: HttpRequest, project: Project, file) -> Received:
    def add(owner, **who):
        return add_document(owner, file, **who)

    try:
        with transaction.atomic():
            document, _is_new = sharing.add_to(project, request.user, add)
    except (UploadRefused, QuotaExceeded, SharingRefused) as refusal:
        is_of_plan = isinstance(refusal, QuotaExceeded)
        return Received(file.name, reason=str(refusal), is_of_plan=is_of_plan)
    return Received(file.name, document)


@login_required
@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`link` documents of one's own, or `unlink` those that were ticked."""
    project = seen(request, pk, Role.OWNER, Role.EDITOR)
    ids = [known for given in request.POST.getlist("id")[:200] if (known := as_uuid(given))]
    if request.POST.get("action") == "link":
        found = Document.objects.for_user(request.user).library().filter(pk__in=ids)
        act, text = sharing.link, ngettext("%s document added.", "%s documents added.", len(found))
    else:
        found = Document.objects.library().in_project(project).filter(pk__in=ids)
        act = sharing.unlink
        text = ngettext("%s document taken out.", "%s documents taken out.", len(found))
    try:
        if found:
            act(project, list(found), actor=request.user)
            messages.success(request, text % len(found))
        else:
            messages.warning(request, _("Tick the documents first."))
    except SharingRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect(project)
