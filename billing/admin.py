"""Plans and subscriptions to change; usage and credits to read."""

from django.contrib import admin

from accounts.staff import ReadOnlyAdmin
from billing.models import CreditChange, DailyUsage, Plan, Reservation, Subscription, UsageRecord


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["name", "price_monthly", "token_limit_daily", "document_limit", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    list_display = ["user", "plan", "status", "credits_used", "credits_limit", "updated_at"]
    list_filter = ["plan", "status"]
    list_select_related = ["user", "plan"]
    search_fields = ["user__email", "stripe_customer_id", "stripe_subscription_id"]
    readonly_fields = ["user", "credits_used"]

    def has_add_permission(self, request) -> bool:
        return False  # a trigger makes one with each person

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "request_type", "model", "tokens_input", "tokens_output"]
    list_filter = ["request_type", "created_at"]
    search_fields = ["=user_id", "=conversation_id", "=chatbot_id"]
    ordering = ["-created_at"]
    show_full_result_count = False


@admin.register(DailyUsage)
class DailyUsageAdmin(ReadOnlyAdmin):
    list_display = ["date", "user", "tokens_used", "messages_sent", "documents_uploaded"]
    list_filter = ["date"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    show_full_result_count = False


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "owner", "maximum", "actual", "state", "expires_at"]
    list_filter = ["state"]
    list_select_related = ["owner"]
    search_fields = ["owner__email", "=id"]
    ordering = ["-created_at"]
    show_full_result_count = False


@admin.register(CreditChange)
class CreditChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "owner", "kind", "amount", "reason"]
    list_filter = ["kind"]
    list_select_related = ["owner"]
    search_fields = ["owner__email", "=reservation__id"]
    ordering = ["-created_at"]
    show_full_result_count = False
