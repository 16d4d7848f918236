"""Errors by request id, and measured events."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.staff_lists import ReadOnlyAdmin, link_by_id
from analytics.models import ErrorLog, UsageEvent


class ServiceFilter(admin.SimpleListFilter):
    title = _("service")
    parameter_name = "service"

    def lookups(self, request, model_admin):
        return [("web", _("web")), ("worker", _("worker"))]

    def queryset(self, request, queryset):
        return queryset.filter(service=self.value()) if self.value() else queryset


@admin.register(ErrorLog)
class ErrorLogAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "service", "error_type", "error_message", "request_id"]
    list_filter = [ServiceFilter, "created_at"]
    search_fields = ["request_id__exact", "error_type", "error_message", "group__exact"]
    date_hierarchy = "created_at"


@admin.register(UsageEvent)
class UsageEventAdmin(ReadOnlyAdmin):
    owner = link_by_id("owner_id")
    list_display = ["created_at", "metric_type", "value", "owner", "chatbot_id"]
    list_filter = ["created_at"]
    search_fields = ["metric_type__startswith"]
    ids = ["id", "owner_id"]
