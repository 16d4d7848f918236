"""Chatbots and what they read, for staff."""

from django.contrib import admin

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, StaffAdmin, link
from chatbots.models import Chatbot, ChatbotDocument, ChatbotVersion

PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("chatbots.Chatbot", "owner")]


@admin.register(Chatbot)
class ChatbotAdmin(StaffAdmin):
    person = link("owner")
    list_display = ["name", "person", "model", "status", "is_active", "is_public", "created_at"]
    list_filter = ["status", "is_active", "is_public", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "=slug"]
    ids = ["id", "owner", "project"]
    readonly_fields = ["id", "owner", "project", "slug", "published", "created_at", "updated_at"]
    see_also = [
        SeeAlso("chatbots.ChatbotDocument", "chatbot"),
        SeeAlso("chatbots.ChatbotVersion", "chatbot"),
        SeeAlso("conversations.Conversation", "chatbot"),
        SeeAlso("documents.SearchLog", "chatbot_id"),
        SeeAlso("billing.VisitorSpending", "chatbot_id"),
    ]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(ChatbotDocument)
class ChatbotDocumentAdmin(ReadOnlyAdmin):
    chatbot_page = link("chatbot")
    document_page = link("document")
    person = link("owner")
    list_display = ["id", "chatbot_page", "document_page", "person"]
    list_select_related = ["chatbot", "document", "owner"]
    search_fields = ["chatbot__name", "document__name"]
    ids = ["chatbot", "document", "owner"]


@admin.register(ChatbotVersion)
class ChatbotVersionAdmin(ReadOnlyAdmin):
    chatbot_page = link("chatbot")
    person = link("owner")
    list_display = ["number", "chatbot_page", "note", "person", "created_at"]
    list_select_related = ["chatbot", "owner"]
    search_fields = ["chatbot__name", "note"]
    ids = ["id", "chatbot", "owner"]
