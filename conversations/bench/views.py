"""The bench's pages: of one chatbot, of the whole library, and settings applied from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import unscoped
from accounts.tenancy import scope
from chatbots import editing, versions
from chatbots.models import Chatbot
from chatbots.search_forms import SEARCH_SETTINGS, SearchSettingsForm
from conversations.bench.explaining import explain
from conversations.bench.forms import BenchForm
from conversations.bench.recent import recent_questions
from documents.models import SearchLog
from documents.retrieval import SearchScope
from language.marking import marked
from providers.errors import ProviderError

OTHERS = 30  # chatbots offered to look through instead


@dataclass(frozen=True)
class Change:
    """A setting that was tried and differs from the chatbot's."""

    name: str
    label: Any
    before: Any
    after: Any


@unscoped  # the question is embedded before the search opens its own scope
@login_required
@require_GET
def chatbot(request: HttpRequest, slug: str) -> HttpResponse:
    with scope(request.user):
        row = get_object_or_404(Chatbot.objects.for_user(request.user), slug=slug)
        bench = Bench(request, row)
    return bench.page()


@unscoped
@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    with scope(request.user):
        bench = Bench(request, None)
    return bench.page()


@login_required
@require_POST
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """From now on the chatbot searches as was tried."""
    rows = Chatbot.objects.for_user(request.user).select_related("published")
    row = get_object_or_404(rows, slug=slug)
    form = SearchSettingsForm(request.POST, instance=row, user=request.user)
    if form.is_valid():
        editing.update_chatbot(request.user, row, form.search_settings)
        said = _("“%s” searches like this from now on.")
        if versions.has_changes(row):
            said = _("The draft of “%s” searches like this. Publish it, and it answers so.")
        messages.success(request, said % row)
    else:
        messages.error(request, _("These settings cannot be applied. Nothing was changed."))
    question = urlencode({"q": request.POST.get("q", "")})
    return redirect(f"{reverse('bench:chatbot', args=[slug])}?{question}")


class Bench:
    """One look: made inside the person's scope, searched and shown outside of any transaction."""

    def __init__(self, request: HttpRequest, row: Chatbot | None) -> None:
        self.request, self.row = request, row
        self.chatbot = row or Chatbot(owner=request.user)
        self.in_use = self.chatbot.search_parameters()
        self.reach = row.search_scope() if row else SearchScope(request.user.pk)
        asked = request.GET if request.GET.get("q", "").strip() else None
        self.form = BenchForm(asked, instance=self.chatbot, user=request.user)
        self.is_asked = self.form.is_valid()  # this sets the chatbot's fields to what is tried
        origin = request.GET.get("origin", "")
        self.origin = origin if origin in SearchLog.Origin.values else ""
        mine = Chatbot.objects.for_user(request.user).only("name", "slug").newest_first()
        self.context: dict[str, Any] = {
            "chatbot": row,
            "form": self.form,
            "others": list(mine[:OTHERS]),
            "origin": self.origin,
            "asked": self._asked(),
            "origins": SearchLog.Origin.choices,
            "recent": recent_questions(request.user, row and row.pk, self.origin),
        }

    def _asked(self) -> str:
        """Question and settings as they stand in the address, to be kept by links."""
        kept = self.request.GET.copy()
        kept.pop("origin", None)
        return kept.urlencode()

    def page(self) -> HttpResponse:
        if self.is_asked:
            self.context |= self._found()
        is_fragment = self.request.headers.get("HX-Request") == "true"
        template = "bench/found.html" if is_fragment else "bench/page.html"
        status = 422 if self.form.is_bound and not self.is_asked else 200
        with timezone.override(self.request.user.timezone):
            return render(self.request, template, self.context, status=status)

    def _found(self) -> dict[str, Any]:
        question = self.form.cleaned_data["q"]
        in_use = self.in_use if self.row else None
        try:
            explained = explain(
                self.reach, question, self.form.parameters, chatbot=self.chatbot, in_use=in_use
            )
        except ProviderError as error:
            return {"failure": error.message}
        shown = [(one, marked(one.passage.content, question)) for one in explained.handed_on]
        tried = [(name, self.form.data[name]) for name in SEARCH_SETTINGS]
        changes = self._changes()
        return {"explained": explained, "shown": shown, "changes": changes, "tried": tried}

    def _changes(self) -> list[Change]:
        """What is tried and differs from what is in use; of the library nothing is in use."""
        if not self.row:
            return []
        return [
            Change(
                name,
                self.form[name].label,
                self._said(name, self.form[name].initial),
                self._said(name, self.form.cleaned_data[name]),
            )
            for name in SEARCH_SETTINGS
            if self.form[name].initial != self.form.cleaned_data[name]
        ]

    def _said(self, name: str, value: Any) -> Any:
        """As the form says it: choices by their label."""
        widget = self.form.fields[name].widget
        if not hasattr(widget, "choices"):
            return value
        options = (option for _g, some, _i in widget.optgroups(name, [value]) for option in some)
        return next((o["label"] for o in options if str(o["value"]) == str(value)), value)
