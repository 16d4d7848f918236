"""Uploads of many files: how far they came, and why files were refused."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link
from documents.models import UploadBatch, UploadItem

PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("documents.UploadBatch", "owner")]


@admin.register(UploadBatch)
class UploadBatchAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["name", "person", "file_count", "total_bytes", "closed_at", "created_at"]
    list_filter = ["closed_at", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]
    ids = ["id", "owner"]
    see_also = [
        SeeAlso("documents.UploadItem", "batch"),
        SeeAlso("accounts.AuditLog", "resource_id"),
    ]


@admin.register(UploadItem)
class UploadItemAdmin(ReadOnlyAdmin):
    upload, document_page = link("batch"), link("document")
    list_display = ["path", "upload", "size", "document_page", "received_at", "error_message"]
    list_select_related = ["batch", "document"]
    search_fields = ["path", "error_code__exact"]
    ids = ["id", "owner", "batch", "document"]
