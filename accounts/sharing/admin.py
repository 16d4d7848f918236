"""Projects and their members, for staff to read."""

from django.contrib import admin

from accounts.models import Project, ProjectMember
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["name", "person", "archived_at", "created_at"]
    list_filter = ["archived_at", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]
    ids = ["id", "owner"]
    see_also = [
        SeeAlso("accounts.ProjectMember", "project"),
        SeeAlso("documents.ProjectDocument", "project"),
        SeeAlso("chatbots.Chatbot", "project"),
    ]


@admin.register(ProjectMember)
class ProjectMemberAdmin(ReadOnlyAdmin):
    project_page = link("project")
    person = link("user")
    list_display = ["project_page", "person", "role", "created_at"]
    list_filter = ["role", "created_at"]
    list_select_related = ["project", "user"]
    search_fields = ["project__name", "user__email"]
    ids = ["id", "project", "user", "owner"]
