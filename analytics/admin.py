"""Errors by request id, and measured events."""

from django.contrib import admin

from accounts.staff import ReadOnlyAdmin
from analytics.models import ErrorLog, UsageEvent


@admin.register(ErrorLog)
class ErrorLogAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "service", "error_type", "error_message", "request_id"]
    list_filter = ["service", "error_type", "created_at"]
    search_fields = ["request_id", "error_type", "error_message", "=group"]
    show_full_result_count = False


@admin.register(UsageEvent)
class UsageEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "metric_type", "value", "owner_id", "chatbot_id"]
    list_filter = ["metric_type", "created_at"]
    search_fields = ["=owner_id", "=chatbot_id"]
    ordering = ["-created_at"]
    show_full_result_count = False
