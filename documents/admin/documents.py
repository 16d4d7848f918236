"""Why a document failed, and trying it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link, link_by_id
from documents import queue
from documents.languages import names
from documents.models import KINDS, Document, DocumentChunk, DocumentText, ErasedFile
from documents.uploads import delete_document

PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("documents.Document", "owner")]


class OutcomeFilter(admin.SimpleListFilter):
    """What staff look for, in one click."""

    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request, model_admin):
        return [
            ("failed", _("failed")),
            ("failed-today", _("failed in the last day")),
            ("silent", _("its worker fell silent")),
            ("retried", _("tried more than once")),
        ]

    def queryset(self, request, queryset):
        failed = Q(status=Document.Status.ERROR)
        meant = {
            "failed": failed,
            "failed-today": failed & Q(updated_at__gte=timezone.now() - dt.timedelta(days=1)),
            "silent": Q(status=Document.Status.PROCESSING, lease_until__lt=Now()),
            "retried": Q(attempt__gt=1),
        }
        return queryset.filter(meant[self.value()]) if self.value() in meant else queryset


class ReasonFilter(admin.SimpleListFilter):
    """Only of what failed: to ask every document would read the whole table."""

    title = _("reason of failure")
    parameter_name = "error_code"

    def lookups(self, request, model_admin):
        failed = Document.objects.filter(status=Document.Status.ERROR).order_by("error_code")
        codes = failed.values_list("error_code", flat=True).distinct()
        return [(code, code.replace("_", " ")) for code in codes if code]

    def queryset(self, request, queryset):
        return queryset.filter(error_code=self.value()) if self.value() else queryset


class TypeFilter(admin.SimpleListFilter):
    title = _("type")
    parameter_name = "type"

    def lookups(self, request, model_admin):
        return [(kind, kind) for kind in KINDS]

    def queryset(self, request, queryset):
        types = KINDS.get(self.value())
        return queryset.filter(mime_type__in=types) if types else queryset


class LanguageFilter(admin.SimpleListFilter):
    """By name; those in use are not looked for, which would read the whole table."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return sorted(names().items(), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


class ChangedFilter(admin.SimpleListFilter):
    """Passages that people have changed."""

    title = _("changed by people")
    parameter_name = "changed"

    def lookups(self, request, model_admin):
        return [("yes", _("edited or switched off"))]

    def queryset(self, request, queryset):
        return queryset.changed() if self.value() == "yes" else queryset


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["name", "person", "status", "stage", "error_message", "attempt", "created_at"]
    list_filter = [
        OutcomeFilter,
        "status",
        ReasonFilter,
        TypeFilter,
        "stage",
        "kind",
        LanguageFilter,
        "created_at",
    ]
    list_select_related = ["owner"]
    search_fields = ["name", "title", "content_hash__exact"]
    ids = ["id", "owner", "parent"]
    fieldsets = [
        (None, {"fields": ["id", "name", "owner", "kind", "parent", "source_url"]}),
        (
            _("Processing"),
            {
                "fields": [
                    *("status", "error_message", "error_code", "stage", "progress"),
                    *("attempt", "failures", "stage_times", "lease_until", "heartbeat_at"),
                    "processed_at",
                ]
            },
        ),
        (
            _("Content"),
            {
                "fields": [
                    *("title", "description", "tags", "mime_type", "file", "file_size"),
                    "has_password",
                    *("content_hash", "language", "page_count", "chunk_count", "token_count"),
                    *("tokens_used", "embedding_model", "metadata", "created_at", "updated_at"),
                ]
            },
        ),
    ]
    see_also = [
        SeeAlso("documents.DocumentChunk", "document"),
        SeeAlso("documents.DocumentText", "document"),
        SeeAlso("accounts.PendingTask", "object_id"),
        SeeAlso("accounts.AuditLog", "resource_id"),
    ]
    actions = ["retry", "cancel"]

    @admin.display(boolean=True, description=_("password kept"))
    def has_password(self, document):
        return bool(document.sealed_password)

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    def delete_model(self, request, obj) -> None:
        delete_document(obj, actor=request.user)

    def delete_queryset(self, request, queryset) -> None:
        for document in queryset:
            delete_document(document, actor=request.user)

    @admin.action(description=_("Process again"), permissions=["view"])
    def retry(self, request, queryset) -> None:
        count = self._do(queue.reprocess, request, queryset)
        text = ngettext("%s document is queued.", "%s documents are queued.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=_("Cancel the processing"), permissions=["view"])
    def cancel(self, request, queryset) -> None:
        count = self._do(queue.cancel, request, queryset)
        text = ngettext("%s document is cancelled.", "%s documents are cancelled.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    def _do(self, act: Callable, request, queryset) -> int:
        """How many documents it was done to; says of each other one why not."""
        count = 0
        for document in queryset:
            try:
                act(document, actor=request.user)
                count += 1
            except queue.NotNow as reason:
                self.message_user(request, f"{document}: {reason}", messages.WARNING)
        return count


@admin.register(DocumentText)
class DocumentTextAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["document", "person", "created_at"]
    list_select_related = ["document", "owner"]
    search_fields = ["document__name"]
    ids = ["document", "owner"]
    fields = ["document", "owner", "created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content", "pages")


@admin.register(DocumentChunk)
class DocumentChunkAdmin(ReadOnlyAdmin):
    document_page = link("document")
    list_display = [
        *("__str__", "document_page", "page", "section", "token_count", "edited_at", "enabled"),
        "generation",
    ]
    list_filter = ["enabled", ChangedFilter, "generation"]
    list_select_related = ["document", "generation"]
    search_fields = ["section"]
    ids = ["id", "document", "owner"]
    exclude = ["embedding", "lexical"]

    def get_queryset(self, request):
        return super().get_queryset(request).light()


@admin.register(ErasedFile)
class ErasedFileAdmin(ReadOnlyAdmin):
    owner = link_by_id("owner_id")
    list_display = ["path", "owner", "created_at"]
    search_fields = ["path"]
    ids = ["owner_id"]
