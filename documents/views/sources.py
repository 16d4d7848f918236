"""Web sources: add one, watch it, see what became of each page, change and delete it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.rates import outside
from accounts.requests import unscoped
from accounts.tenancy import scope
from documents.models import Document, WebPage, WebSource
from documents.queue import NotNow
from documents.uploads import UploadRefused
from documents.views.returning import back
from documents.web import preview, sources
from documents.web.forms import NewSourceForm, PagesForm, SourceForm

PER_PAGE = 25
PAGES_PER_PAGE = 50


def owned(request: HttpRequest, pk: UUID) -> WebSource:
    return get_object_or_404(WebSource.objects.for_user(request.user), pk=pk)


@login_required
@require_GET
def sources_list(request: HttpRequest) -> HttpResponse:
    mine = WebSource.objects.for_user(request.user).newest_first().with_progress()
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    is_live = any(source.is_running for source in page)
    return render(request, "documents/sources.html", {"page": page, "is_live": is_live})


@outside
@unscoped  # a look asks the site before anything is written
@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form; `look` shows what would be read, otherwise the source is added."""
    form = NewSourceForm(request.POST or None, initial={"url": request.GET.get("url", "")})
    context = {"form": form}
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            context["preview"] = preview.look(form.cleaned_data["url"], form.cleaned_data["kind"])
        elif added := _added(request, form):
            return redirect("documents:source", added.pk)
    status = 422 if form.errors else 200
    return render(request, "documents/source_add.html", context, status=status)


def _added(request: HttpRequest, form: NewSourceForm) -> WebSource | None:
    with scope(request.user):
        added = form.add_for(request.user)
    if not added:
        return None
    source, is_new = added
    if not is_new:
        messages.info(request, _("You have this source already."))
    return source


@login_required
@require_GET
def source(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = owned(request, pk)
    form = PagesForm(request.GET)
    pages = form.apply(shown.pages.light().select_related("document"))
    counts = shown.pages.all().by_state()
    states = [(state.value, state.label, counts.get(state, 0)) for state in WebPage.State]
    context = {
        "source": shown,
        "form": form,
        "page": Paginator(pages, PAGES_PER_PAGE).get_page(request.GET.get("page")),
        "states": [state for state in states if state[2]],
        "total": sum(counts.values()),
        "removed": shown.pages.all().removed().count(),
    }
    return render(request, "documents/source.html", context)


@login_required
@never_cache
@require_GET
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the run is; once it is over, the page is asked to reload."""
    shown = owned(request, pk)
    response = render(request, "documents/_source_state.html", {"source": shown})
    if not shown.is_running:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = owned(request, pk)
    form = SourceForm(request.POST or None, instance=shown)
    if request.method == "POST" and form.is_valid():
        sources.change(shown, form.wishes, actor=request.user)
        messages.success(request, _("Saved."))
        return redirect("documents:source", pk)
    return render(request, "documents/source_edit.html", {"source": shown, "form": form})


@outside
@login_required
@require_POST
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, sources.run_now)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, sources.cancel)


@login_required
@require_POST
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, sources.pause)


@login_required
@require_POST
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, sources.resume)


def _change(request: HttpRequest, pk: UUID, act: Callable) -> HttpResponse:
    try:
        act(owned(request, pk), actor=request.user)
    except NotNow as reason:
        messages.warning(request, str(reason))
    return redirect(back(request, reverse("documents:source", args=[pk])))


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = owned(request, pk)
    if request.method == "POST":
        with_documents = request.POST.get("documents") == "delete"
        sources.delete_source(shown, actor=request.user, with_documents=with_documents)
        messages.success(request, _("%s is no longer read.") % shown.name)
        return redirect("documents:sources")
    documents = shown.pages.filter(document__isnull=False).count()
    return render(
        request, "documents/source_delete.html", {"source": shown, "documents": documents}
    )


@login_required
@require_http_methods(["GET", "POST"])
def delete_removed(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = owned(request, pk)
    if request.method == "POST":
        count = sources.delete_removed(shown, actor=request.user)
        text = ngettext("%s document deleted.", "%s documents deleted.", count)
        messages.success(request, text % count)
        return redirect("documents:source", pk)
    count = shown.pages.all().removed().count()
    text = ngettext(
        "Delete the document of %s removed page?",
        "Delete the documents of %s removed pages?",
        count,
    )
    context = {
        "question": text % count,
        "consequence": _(
            "The site has these pages no more. Files, text and passages go for good; answers "
            "given before keep their quotes. A page that comes back becomes a document again."
        ),
        "action": _("Delete"),
        "back_url": reverse("documents:source", args=[pk]),
    }
    return render(request, "confirm.html", context)


@outside
@login_required
@require_POST
def refresh(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look whether the page of one document has changed, now and as often as asked."""
    document = get_object_or_404(
        Document.objects.for_user(request.user).library().exclude(source_url=""), pk=pk
    )
    every = request.POST.get("every", "manual")
    try:
        if every not in WebSource.Schedule.values:
            raise NotNow(_("Choose how often from the list."))
        sources.follow(document, actor=request.user, every=every)
        messages.success(request, _("Its page is asked for; it is read if it has changed."))
    except (NotNow, UploadRefused) as reason:
        messages.warning(request, str(reason))
    return redirect("documents:detail", pk)
