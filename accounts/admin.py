"""People, keys, invitations, kept mail, the audit log and owed work, for staff."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    ApiKey,
    AuditLog,
    AuditPerson,
    Invitation,
    KeptEmail,
    PendingTask,
    User,
)
from accounts.staff import ReadOnlyAdmin


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ["email", "full_name", "tier", "is_active", "is_staff", "created_at"]
    list_filter = ["tier", "is_active", "is_staff", "is_superuser"]
    search_fields = ["email", "full_name", "username", "id"]
    ordering = ["-created_at"]
    readonly_fields = ["tier", "total_tokens_used", "last_login", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["email", "username", "password", "full_name", "timezone", "locale"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Use"), {"fields": ["tier", "total_tokens_used", "last_login", "created_at"]}),
        (_("Closing"), {"fields": ["deleted_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "username", "password1", "password2"]})]
    filter_horizontal = ["groups"]

    def has_change_permission(self, request, obj=None) -> bool:
        return self._may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._may_touch(request, obj) and super().has_delete_permission(request, obj)

    def _may_touch(self, request, obj) -> bool:
        """Whoever sets somebody's password can become them, so staff stay away from staff."""
        if request.user.is_superuser or obj is None or obj == request.user:
            return True
        return not (obj.is_staff or obj.is_superuser)

    def get_readonly_fields(self, request, obj=None):
        """Only a superuser gives rights away, so that staff cannot raise themselves."""
        rights = [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups"]
        return [*super().get_readonly_fields(request, obj), *rights]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    list_display = ["name", "prefix", "user", "is_active", "last_used_at", "expires_at"]
    list_filter = ["is_active"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__email"]
    readonly_fields = ["user", "prefix", "scopes", "last_used_at", "created_at"]
    exclude = ["key_hash"]

    def has_add_permission(self, request) -> bool:
        return False  # only its owner may ever see a secret


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    list_display = ["email", "invited_by", "expires_at", "accepted_at", "created_at"]
    list_select_related = ["invited_by"]
    search_fields = ["email"]
    exclude = ["token_hash"]
    readonly_fields = ["email", "invited_by", "accepted_at", "created_at"]

    def has_add_permission(self, request) -> bool:
        return False  # the link exists only where it is made: `manage.py invite`


@admin.register(KeptEmail)
class MailAdmin(ReadOnlyAdmin):
    """Where no mail server is set, the administrator reads here what would have been sent."""

    list_display = ["subject", "to", "created_at"]
    search_fields = ["to", "subject"]
    ordering = ["-created_at"]

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser  # a mail holds the codes that open accounts

    def has_module_permission(self, request) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "action", "resource_type", "resource_id", "actor_id"]
    list_filter = ["action", "created_at"]
    search_fields = ["request_id", "=actor_id", "=owner_id", "=resource_id"]
    show_full_result_count = False


@admin.register(AuditPerson)
class AuditPersonAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "email", "ip_address", "user_agent"]
    search_fields = ["email", "=actor_id", "=ip_address"]
    exclude = ["salt"]
    show_full_result_count = False


@admin.register(PendingTask)
class PendingTaskAdmin(ReadOnlyAdmin):
    list_display = ["kind", "object_id", "due_at", "attempts", "last_error", "created_at"]
    list_filter = ["kind"]
    search_fields = ["=object_id", "=owner_id", "last_error"]
    ordering = ["due_at"]
