"""Conversations, messages, and what people do with them, to read."""

from django.contrib import admin

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link
from conversations.models import Attachment, Conversation, Feedback, Message, ShareLink

PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("conversations.Conversation", "owner")]


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    person = link("owner")
    chatbot_page = link("chatbot")
    list_display = [
        *("__str__", "person", "chatbot_page", "channel", "total_messages", "total_tokens"),
        "last_message_at",
    ]
    list_filter = ["channel", "status", "created_at"]
    list_select_related = ["owner", "chatbot"]
    search_fields = ["title"]
    ids = ["id", "owner", "user", "chatbot"]
    see_also = [
        SeeAlso("conversations.Message", "conversation"),
        SeeAlso("conversations.Attachment", "conversation"),
        SeeAlso("conversations.Feedback", "conversation"),
        SeeAlso("conversations.ShareLink", "conversation"),
    ]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    conversation_page = link("conversation")
    person = link("owner")
    list_display = [
        *("created_at", "role", "status", "model_used", "error_code", "first_token_ms"),
        *("processing_time_ms", "conversation_page", "person"),
    ]
    list_filter = ["status", "role", "created_at"]
    list_select_related = ["conversation", "owner"]
    search_fields = ["=model_used", "=error_code"]
    ids = ["id", "conversation", "owner", "author", "parent"]
    exclude = ["search_text", "content_tsv"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("search_text", "content_tsv")


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    conversation_page = link("conversation")
    document_page = link("document")
    person = link("owner")
    list_display = ["created_at", "conversation_page", "document_page", "person"]
    list_select_related = ["conversation", "document", "owner"]
    search_fields = ["document__name"]
    ids = ["id", "conversation", "document", "owner"]


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    conversation_page = link("conversation")
    person = link("owner")
    list_display = ["created_at", "rating", "reason", "comment", "conversation_page", "person"]
    list_filter = ["rating", "reason", "created_at"]
    list_select_related = ["conversation", "owner"]
    search_fields = ["comment"]
    ids = ["id", "conversation", "message", "owner", "user"]


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    """Without the token: staff see that a link exists, not where it leads."""

    conversation_page = link("conversation")
    person = link("owner")
    list_display = ["created_at", "kind", "expires_at", "revoked_at", "conversation_page", "person"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["conversation", "owner"]
    search_fields = ["=kind"]
    ids = ["id", "conversation", "owner", "author"]
    exclude = ["sealed_token", "token_hash"]
