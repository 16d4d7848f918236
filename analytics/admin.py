"""Errors by request id, and measured events."""

from django.contrib import admin

from accounts.staff_lists import ReadOnlyAdmin, link_by_id
from analytics.models import ErrorLog, UsageEvent


@admin.register(ErrorLog)
class ErrorLogAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "service", "error_type", "error_message", "request_id"]
    list_filter = ["service", "error_type", "created_at"]
    search_fields = ["request_id__exact", "error_type", "error_message", "group__exact"]
    date_hierarchy = "created_at"


@admin.register(UsageEvent)
class UsageEventAdmin(ReadOnlyAdmin):
    owner = link_by_id("owner_id")
    list_display = ["created_at", "metric_type", "value", "owner", "chatbot_id"]
    list_filter = ["metric_type", "created_at"]
    search_fields = ["metric_type"]
    ids = ["id", "owner_id"]
