"""Which model reads documents, and changing it."""

from __future__ import annotations

from django.contrib import admin

from accounts.staff_lists import ReadOnlyAdmin
from documents.models import EmbeddingGeneration


@admin.register(EmbeddingGeneration)
class EmbeddingGenerationAdmin(ReadOnlyAdmin):
    list_display = ["model", "state", "documents_done", "documents_total", "started_at"]
    list_filter = ["state"]
    search_fields = ["model"]
    ids = []
