"""Plans and subscriptions to change; usage and credits to read."""

from django.contrib import admin

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, StaffAdmin, link, link_by_id
from billing.models import CreditChange, DailyUsage, Plan, Reservation, Subscription, UsageRecord


class SubscriptionInline(admin.StackedInline):
    model = Subscription
    can_delete = False
    fields = ["plan", "status", "credits_used", "credits_limit", "current_period_end"]
    readonly_fields = ["credits_used", "current_period_end"]

    def has_add_permission(self, request, obj=None) -> bool:
        return False  # a trigger makes one with each person


PersonAdmin.inlines = [*PersonAdmin.inlines, SubscriptionInline]
PersonAdmin.see_also = [
    *PersonAdmin.see_also,
    SeeAlso("billing.UsageRecord", "user_id"),
    SeeAlso("billing.CreditChange", "owner"),
]


@admin.register(Plan)
class PlanAdmin(StaffAdmin):
    list_display = [
        *("name", "price_monthly", "token_limit_daily", "document_limit", "storage_limit"),
        *("credits_monthly", "is_active"),
    ]
    list_filter = ["is_active"]
    search_fields = ["name", "stripe_price_id"]
    ordering = ["price_monthly", "name"]
    see_also = [SeeAlso("billing.Subscription", "plan")]


@admin.register(Subscription)
class SubscriptionAdmin(StaffAdmin):
    person = link("user")
    list_display = ["id", "person", "plan", "status", "credits_used", "credits_limit", "updated_at"]
    list_filter = ["plan", "status", "current_period_end"]
    list_select_related = ["user", "plan"]
    search_fields = ["stripe_customer_id", "stripe_subscription_id"]
    ids = ["id", "user", "plan"]
    readonly_fields = ["user", "credits_used"]

    def has_add_permission(self, request) -> bool:
        return False  # a trigger makes one with each person

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    person = link_by_id("user_id")
    list_display = [
        *("created_at", "request_type", "model", "tokens_input", "tokens_output"),
        *("credits_used", "latency_ms", "person"),
    ]
    list_filter = ["request_type", "created_at"]
    search_fields = ["model"]
    ids = ["id", "user_id"]


@admin.register(DailyUsage)
class DailyUsageAdmin(ReadOnlyAdmin):
    person = link("user")
    list_display = [
        *("date", "person", "tokens_used", "messages_sent", "documents_uploaded"),
        "conversations_created",
    ]
    list_filter = ["date"]
    list_select_related = ["user"]
    date_hierarchy = "date"
    ordering = ["-date", "-pk"]
    ids = ["user"]


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["created_at", "person", "maximum", "actual", "state", "expires_at"]
    list_filter = ["state", "created_at", "expires_at"]
    list_select_related = ["owner"]
    ids = ["id", "owner"]
    see_also = [SeeAlso("billing.CreditChange", "reservation")]


@admin.register(CreditChange)
class CreditChangeAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["created_at", "person", "kind", "amount", "reason"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["reason"]
    ids = ["id", "owner", "reservation"]
