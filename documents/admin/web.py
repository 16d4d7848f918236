"""What staff see of web sources: why one failed, when it runs next, what its pages answered."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link
from documents.models import WebPage, WebSource

PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("documents.WebSource", "owner")]


@admin.register(WebSource)
class WebSourceAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["url", "person", "kind", "status", "error_message", "schedule", "last_run"]
    list_filter = ["status", "kind", "schedule"]
    list_select_related = ["owner"]
    search_fields = ["url", "host"]
    ids = ["id", "owner"]
    fieldsets = [
        (None, {"fields": ["id", "url", "owner", "kind", "schedule", "page_limit", "tags"]}),
        (
            _("Runs"),
            {
                "fields": [
                    *("status", "error_message", "error_code", "run", "run_counts", "failures"),
                    *("root", "began_at", "served_at", "lease_until", "not_before"),
                    *("last_run", "next_run", "delete_removed", "robots", "created_at"),
                ]
            },
        ),
    ]
    see_also = [
        SeeAlso("documents.WebPage", "source"),
        SeeAlso("accounts.PendingTask", "object_id"),
        SeeAlso("accounts.AuditLog", "resource_id"),
    ]


@admin.register(WebPage)
class WebPageAdmin(ReadOnlyAdmin):
    source_page = link("source")
    document_page = link("document")
    list_display = ["url", "source_page", "state", "reason", "document_page", "fetched_at"]
    list_filter = ["state"]
    list_select_related = ["source", "document"]
    search_fields = ["url"]
    ids = ["id", "owner", "source", "document"]
    exclude = ["links"]

    def get_queryset(self, request):
        return super().get_queryset(request).light()
