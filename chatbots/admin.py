"""Chatbots and what they read, for staff."""

from django.contrib import admin

from accounts.staff import ReadOnlyAdmin
from chatbots.models import Chatbot, ChatbotDocument


@admin.register(Chatbot)
class ChatbotAdmin(admin.ModelAdmin):
    list_display = ["name", "owner", "model", "status", "is_active", "is_public", "created_at"]
    list_filter = ["status", "is_active", "is_public"]
    list_select_related = ["owner"]
    search_fields = ["name", "slug", "owner__email", "=id"]
    readonly_fields = ["owner", "slug", "created_at", "updated_at"]
    ordering = ["-created_at"]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(ChatbotDocument)
class ChatbotDocumentAdmin(ReadOnlyAdmin):
    list_display = ["chatbot", "document", "owner"]
    list_select_related = ["chatbot", "document", "owner"]
    search_fields = ["chatbot__name", "document__name", "=chatbot__id", "=document__id"]
