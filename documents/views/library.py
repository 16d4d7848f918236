"""The library: add documents, watch them, narrow them down, act on many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from accounts.projects import CHANGING
from accounts.sharing.seen import seen
from billing.limits import QuotaExceeded
from documents import batches, queue, sharing, sifting
from documents.forms import AddressForm, LibraryForm, PastedTextForm
from documents.models import Document, DocumentQuerySet, UploadBatch
from documents.uploads import UploadRefused, add_document, delete_document
from documents.views.chunks import as_uuid
from documents.views.returning import back
from documents.work import pausing

PER_PAGE = 25
MOST_AT_ONCE = 100
MANY = 20  # more files at once are an upload, with a page of its own
SHOWN = 3  # unfinished uploads above the list


@login_required
@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """The library, or what a project has; a POST adds a web address or a pasted text to it, or
    shows again what was typed."""
    project = asked_project(request)
    adding = {"address": AddressForm(), "text": PastedTextForm()}
    if request.method == "POST":
        way = "address" if "url" in request.POST else "text"
        adding[way] = type(adding[way])(request.POST)
        if added := adding[way].add_for(request.user, project):
            tell(request, *added)
            return redirect(project or "documents:list")
    library = Document.objects.library()
    library = library.in_project(project) if project else library.for_user(request.user)
    projects = Project.objects.visible_to(request.user).order_by("name")
    form = LibraryForm(request.GET, tags=library.tags(), projects=projects)
    page = Paginator(form.apply(library), PER_PAGE).get_page(request.GET.get("page"))
    unfinished = UploadBatch.objects.for_user(request.user).unfinished().newest_first()[:SHOWN]
    batches.count(unfinished)
    context = {"form": form, "page": page, "adding": adding, "unfinished": unfinished}
    context |= {"queue": pausing.state_of(request.user), "project": project}
    context |= {} if project else {"many": of_many()}
    may_add = project is None or (project.role in CHANGING and not project.is_archived)
    context["can_add"] = may_add or request.method == "POST"  # then with the reason why not
    context["editable"] = sharing.editable_among(request.user, page.object_list)
    status = 422 if request.method == "POST" else 200
    return render(request, "documents/list.html", context, status=status)


def asked_project(request: HttpRequest) -> Project | None:
    """The one named, with the person's `role`; adding to it takes one that may."""
    if not (given := request.GET.get("project")):
        return None
    if (pk := as_uuid(given)) is None:
        raise Http404
    return seen(request, pk, *(CHANGING if request.method == "POST" else ()))


def of_many() -> dict[str, object]:
    """What the page's script must know to bring many files as one upload."""
    told = _("There are {count} files in there, and one upload takes %s. Bring a part of them.")
    return {
        "from": MANY,
        "most": batches.MOST_FILES,
        "told": told % f"{batches.MOST_FILES:,}",
        "leftovers": "|".join(sifting.LEFTOVERS),
        "blank": UploadBatch(),
    }


def tell(request: HttpRequest, document: Document, is_new: bool) -> None:
    if is_new or not document.is_finished:
        messages.success(request, _("%s is in the queue.") % document.display_title)
    else:
        messages.info(request, _("You have this already, as %s.") % document.display_title)


@dataclass(frozen=True)
class Received:
    """What became of one uploaded file: a document, or the reason why not."""

    name: str
    document: Document | None = None
    reason: str = ""
    is_of_plan: bool = False

    def told(self) -> HttpResponse:
        """To a script: 402 where a larger plan is a way out."""
        status = 402 if self.is_of_plan else 422
        return HttpResponse(self.reason, status=status, content_type="text/plain; charset=utf-8")


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One file by script gives its row; many by a plain form give a page with each one's result."""
    files = request.FILES.getlist("files")
    received = [receive(request.user, file) for file in files]
    if not received:
        received = [Received(_("No file"), reason=_("Choose at least one file."))]
    accepted = [one.document for one in received if one.document]
    if "HX-Request" not in request.headers:
        context = {"received": received, "accepted": len(accepted)}
        return render(request, "documents/uploaded.html", context)
    if not accepted:
        return received[0].told()
    return rows(request, accepted)


def receive(user: User, file: UploadedFile) -> Received:
    try:
        with transaction.atomic():
            document, is_new = add_document(user, file)
    except (UploadRefused, QuotaExceeded) as refusal:
        is_of_plan = isinstance(refusal, QuotaExceeded)
        return Received(file.name, reason=str(refusal), is_of_plan=is_of_plan)
    if not is_new and document.is_finished:
        reason = _("You have this file already, as %s.") % document.display_title
        return Received(file.name, reason=reason)
    return Received(file.name, document)


@login_required
@never_cache
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The rows of the documents named, as they stand: one request for all that are unfinished."""
    visible = Document.objects.visible_to(request.user).library()
    return rows(request, among(visible, request.GET.getlist("id")))


def rows(request: HttpRequest, shown: Iterable[Document]) -> HttpResponse:
    documents = list(shown)
    editable = sharing.editable_among(request.user, documents)
    context = {"documents": documents, "editable": editable}
    return render(request, "documents/_rows.html", context)


@login_required
@require_POST
def selected(request: HttpRequest) -> HttpResponse:
    """Delete (after asking) or process again what was ticked in the list."""
    action, ids = request.POST.get("action"), request.POST.getlist("id")
    documents = chosen(request.user, ids)
    if action == "reprocess":  # of projects too, where the person may change them
        documents = among(Document.objects.editable_by(request.user).library(), ids)
    if not documents:
        messages.warning(request, _("Tick the documents first."))
    elif action == "delete":
        context = {"documents": documents, "back_url": back(request, reverse("documents:list"))}
        return render(request, "documents/confirm_delete.html", context)
    elif action == "delete-confirmed":
        for document in documents:
            delete_document(document, actor=request.user)
        count = len(documents)
        messages.success(
            request, ngettext("%s document deleted.", "%s documents deleted.", count) % count
        )
    elif action == "reprocess":
        process_again(request, documents)
    return redirect(back(request, reverse("documents:list")))


def process_again(request: HttpRequest, documents: DocumentQuerySet) -> None:
    count = 0
    for document in documents:
        if document.is_finished:
            queue.reprocess(document, actor=request.user)
            count += 1
    messages.info(request, ngettext("%s is queued again.", "%s are queued again.", count) % count)


def chosen(user: User, ids: list[str]) -> DocumentQuerySet:
    """The person's documents among these ids."""
    return among(Document.objects.for_user(user).library(), ids)


def among(documents: DocumentQuerySet, ids: list[str]) -> DocumentQuerySet:
    """Those with these ids, at most a hundred; what is no id is nobody's."""
    known = []
    for given in ids[:MOST_AT_ONCE]:
        try:
            known.append(UUID(given))
        except ValueError:
            continue
    return documents.filter(pk__in=known).newest_first()
