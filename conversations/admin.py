"""Conversations and messages, to read."""

from django.contrib import admin

from accounts.staff import NamedValuesFilter, ReadOnlyAdmin
from conversations.models import Conversation, Message


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["title", "owner", "chatbot", "channel", "total_messages", "last_message_at"]
    list_filter = ["channel", "status"]
    list_select_related = ["owner", "chatbot"]
    search_fields = ["=id", "owner__email", "title"]
    ordering = ["-last_message_at"]
    show_full_result_count = False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "role", "status", "model_used", "error_code", "conversation"]
    list_filter = ["status", "role", ("error_code", NamedValuesFilter)]
    list_select_related = ["conversation"]
    search_fields = ["=id", "=conversation__id", "owner__email"]
    exclude = ["search_text", "content_tsv"]
    ordering = ["-created_at"]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("search_text", "content_tsv")
