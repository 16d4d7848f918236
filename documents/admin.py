"""Why a document failed, and trying it again."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.staff import NamedValuesFilter, ReadOnlyAdmin
from documents import queue
from documents.models import Document, DocumentChunk, DocumentText, ErasedFile
from documents.uploads import delete_document


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "status", "stage", "error_message", "attempt", "created_at"]
    list_filter = [
        "status",
        ("error_code", NamedValuesFilter),
        "stage",
        "kind",
        ("mime_type", NamedValuesFilter),
        "created_at",
    ]
    list_select_related = ["owner"]
    search_fields = ["name", "title", "owner__email", "=id", "=content_hash"]
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["retry"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    def delete_model(self, request, obj) -> None:
        delete_document(obj, actor=request.user)

    def delete_queryset(self, request, queryset) -> None:
        for document in queryset:
            delete_document(document, actor=request.user)

    @admin.action(description=_("Process again"), permissions=["view"])
    def retry(self, request, queryset) -> None:
        count = 0
        for document in queryset:
            try:
                queue.reprocess(document, actor=request.user)
                count += 1
            except queue.NotNow as reason:
                self.message_user(request, f"{document}: {reason}", messages.WARNING)
        text = ngettext("%s document is queued.", "%s documents are queued.", count)
        self.message_user(request, text % count, messages.SUCCESS)


@admin.register(DocumentText)
class DocumentTextAdmin(ReadOnlyAdmin):
    list_display = ["document", "owner", "created_at"]
    list_select_related = ["document", "owner"]
    search_fields = ["=document__id", "document__name"]
    fields = ["document", "owner", "created_at"]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content", "pages")


@admin.register(DocumentChunk)
class DocumentChunkAdmin(ReadOnlyAdmin):
    list_display = ["document", "chunk_index", "page", "section", "token_count", "enabled"]
    list_filter = ["enabled", ("embedding_model", NamedValuesFilter)]
    list_select_related = ["document"]
    search_fields = ["=document__id", "=id"]
    exclude = ["embedding", "search_text", "content_tsv"]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).light()


@admin.register(ErasedFile)
class ErasedFileAdmin(ReadOnlyAdmin):
    list_display = ["path", "owner_id", "created_at"]
    search_fields = ["path", "=owner_id"]
