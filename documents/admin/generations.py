"""Which model reads documents, and changing it."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.staff_lists import ReadOnlyAdmin, list_of
from documents.models import EmbeddingGeneration
from documents.reembedding import change
from providers.errors import ProviderError


@admin.register(EmbeddingGeneration)
class EmbeddingGenerationAdmin(ReadOnlyAdmin):
    """Looking needs the right to view, changing the model the right to change."""

    list_display = ["model", "state", "documents", "last_error", "started_at", "present_from"]
    search_fields = ["model"]
    ids: list[str] = []
    fields = [
        *("model", "dimension", "state", "documents_done", "documents_total", "last_error"),
        *("started_at", "present_from", "past_from", "dropped_at", "lease_until"),
    ]

    @admin.display(description=gettext_lazy("documents read"))
    def documents(self, row: EmbeddingGeneration) -> str:
        return f"{row.documents_done:,} / {row.documents_total:,}" if row.documents_total else "–"

    def may_act(self, request: HttpRequest) -> bool:
        return request.user.has_perm("documents.change_embeddinggeneration")

    def get_urls(self) -> list:
        begin = self.admin_site.admin_view(require_POST(self.begin))
        give_up = self.admin_site.admin_view(require_POST(self.give_up))
        return [
            path("begin/", begin, name="documents_reembed_begin"),
            path("cancel/", give_up, name="documents_reembed_cancel"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        context = {"standing": change.standing(), "may_act": self.may_act(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    def begin(self, request: HttpRequest) -> HttpResponse:
        def act() -> str:
            begun = change.start(request.POST.get("model", "").strip() or None, actor=request.user)
            return _("Vectors of %s are being made.") % begun.model

        return self._done(request, act)

    def give_up(self, request: HttpRequest) -> HttpResponse:
        def act() -> str:
            return _("The change to %s is cancelled.") % change.cancel(actor=request.user).model

        return self._done(request, act)

    def _done(self, request: HttpRequest, act) -> HttpResponse:
        if not self.may_act(request):
            raise PermissionDenied
        try:
            messages.success(request, act())
        except (change.CannotStart, ProviderError) as error:
            messages.error(request, str(error))
        return redirect(list_of(EmbeddingGeneration))
