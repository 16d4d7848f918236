"""What was searched for and how long it took, and whose words are counted."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link
from documents.models import SearchLog, TermStatistics

PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("documents.SearchLog", "owner")]


@admin.register(SearchLog)
class SearchLogAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["created_at", "origin", "person", "mode", "passages", "latency_ms"]
    list_filter = ["origin", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["=origin"]
    ids = ["id", "owner", "chatbot_id"]

    @admin.display(description=_("mode"))
    def mode(self, row: SearchLog) -> str:
        return row.scope.get("mode", "–")

    @admin.display(description=_("passages"))
    def passages(self, row: SearchLog) -> int:
        return len(row.results)


@admin.register(TermStatistics)
class TermStatisticsAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["person", "chunks", "updated_at"]
    list_select_related = ["owner"]
    search_fields = ["=chunks"]
    ids = ["owner"]
    exclude = ["terms", "counts"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("terms", "counts")
