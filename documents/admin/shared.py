"""Which documents projects have."""

from django.contrib import admin

from accounts.staff_lists import ReadOnlyAdmin, link
from documents.models import ProjectDocument


@admin.register(ProjectDocument)
class ProjectDocumentAdmin(ReadOnlyAdmin):
    project_page = link("project")
    document_page = link("document")
    person = link("owner")
    list_display = ["created_at", "project_page", "document_page", "person"]
    list_select_related = ["project", "document", "owner"]
    search_fields = ["project__name", "document__name"]
    ids = ["id", "project", "document", "owner"]
