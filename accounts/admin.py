"""People, keys, mail, the audit log and owed work, for staff."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import closing, keys, second_factor, sign_in_admin  # noqa: F401 (registers)
from accounts.models import (
    ApiKey,
    AuditLog,
    AuditPerson,
    IdempotencyKey,
    Invitation,
    KeptEmail,
    PendingTask,
    ProviderCredential,
    User,
)
from accounts.sharing import admin as sharing_admin  # noqa: F401 (registers)
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, StaffAdmin, link, link_by_id, page_of

admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(StaffAdmin, GroupAdmin):
    """Rights that several of the staff share."""

    ids: list[str] = []  # its key is a number
    ordering = ["name"]


@admin.register(User)
class PersonAdmin(StaffAdmin, UserAdmin):
    list_display = [
        "email",
        "full_name",
        "tier",
        "is_active",
        "is_staff",
        "last_login",
        "created_at",
    ]
    list_filter = ["tier", "is_active", "is_staff", "is_superuser", "created_at", "deleted_at"]
    search_fields = ["email", "full_name", "username"]
    ordering = ["-pk"]
    readonly_fields = [
        *("id", "tier", "total_tokens_used", "deleted_at"),
        *("last_login", "created_at", "updated_at"),
    ]
    fieldsets = [
        (None, {"fields": ["email", "username", "full_name", "timezone", "locale"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Use"), {"fields": ["id", "tier", "total_tokens_used", "last_login", "created_at"]}),
        (_("Closing"), {"fields": ["deleted_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "username", "password1", "password2"]})]
    filter_horizontal: list[str] = []
    actions = ["close", "open_again", "erase", "take_second_factor"]
    see_also = [
        SeeAlso("accounts.ApiKey", "user"),
        SeeAlso("accounts.ProviderCredential", "owner"),
        SeeAlso("account.EmailAddress", "user"),
        SeeAlso("usersessions.UserSession", "user"),
        SeeAlso("mfa.Authenticator", "user"),
        SeeAlso("accounts.AuditLog", "owner_id"),
    ]

    def has_change_permission(self, request, obj=None) -> bool:
        return self._may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False  # Django would list, and so load, all that is theirs: see `erase`

    def has_superuser_permission(self, request) -> bool:
        return request.user.is_superuser

    def _may_touch(self, request, obj) -> bool:
        """Whoever sets somebody's password can become them, so staff stay away from staff."""
        if request.user.is_superuser or obj is None or obj == request.user:
            return True
        return not (obj.is_staff or obj.is_superuser)

    def get_readonly_fields(self, request, obj=None):
        """Only a superuser gives rights away, so that staff cannot raise themselves."""
        rights = ["is_staff", "is_superuser", "groups", *(["email"] if obj else [])]
        kept = [] if request.user.is_superuser else rights
        return [*super().get_readonly_fields(request, obj), *kept]

    @admin.action(description=_("Close (erased after 7 days)"), permissions=["superuser"])
    def close(self, request, queryset) -> None:
        for user in self._others(request, queryset.filter(is_active=True)):
            closing.close_account(user, actor=request.user)

    @admin.action(description=_("Open again"), permissions=["superuser"])
    def open_again(self, request, queryset) -> None:
        for user in self._others(request, queryset.filter(is_active=False)):
            closing.reopen_account(user, actor=request.user)

    @admin.action(description=_("Erase closed accounts now, for ever"), permissions=["superuser"])
    def erase(self, request, queryset) -> None:
        for user in self._others(request, queryset.filter(deleted_at__isnull=False)):
            closing.erase_account(user, actor=request.user)

    @admin.action(description=_("Take away the second factor"), permissions=["superuser"])
    def take_second_factor(self, request, queryset) -> None:
        for user in self._others(request, queryset):
            second_factor.take_away(user, actor=request.user)

    def _others(self, request, queryset) -> list[User]:
        """Everybody picked but oneself; says how many that were."""
        people = list(queryset.exclude(pk=request.user.pk))
        text = ngettext("Done for %s person.", "Done for %s people.", len(people))
        self.message_user(request, text % len(people), messages.SUCCESS)
        return people


@admin.register(ApiKey)
class ApiKeyAdmin(StaffAdmin):
    owner = link("user")
    list_display = ["name", "prefix", "owner", "is_active", "last_used_at", "expires_at"]
    list_filter = ["is_active", "last_used_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix"]
    ids = ["id", "user", "chatbot_id", "project_id"]
    readonly_fields = [
        *("user", "prefix", "scopes", "chatbot_id", "project_id", "last_used_at", "created_at"),
    ]
    exclude = ["key_hash"]

    def has_add_permission(self, request) -> bool:
        return False  # only its owner may ever see a secret

    def delete_model(self, request, obj) -> None:
        keys.revoke(obj, actor=request.user)

    def delete_queryset(self, request, queryset) -> None:
        for key in queryset:
            keys.revoke(key, actor=request.user)


@admin.register(ProviderCredential)
class ProviderCredentialAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["provider", "label", "person", "hint", "is_active", "last_error", "checked_at"]
    list_filter = ["provider", "is_active", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["label", "base_url", "last_error"]
    ids = ["id", "owner"]
    fields = [
        *("owner", "provider", "label", "hint", "base_url", "is_active", "last_error"),
        *("checked_at", "created_at", "updated_at"),
    ]


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """What was answered is its owner's, and may be large."""

    person = link("owner")
    list_display = ["key", "person", "response_status", "object_id", "created_at", "expires_at"]
    list_filter = ["response_status", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["key"]
    ids = ["id", "owner", "object_id"]
    fields = ["owner", "key", "response_status", "object_id", "expires_at", "created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("response_body")


@admin.register(Invitation)
class InvitationAdmin(StaffAdmin):
    list_display = ["email", "invited_by", "expires_at", "accepted_at", "created_at"]
    list_filter = ["accepted_at", "expires_at"]
    list_select_related = ["invited_by"]
    search_fields = ["email"]
    ids = ["id", "invited_by"]
    exclude = ["token_hash"]
    readonly_fields = ["email", "invited_by", "accepted_at", "created_at"]

    def has_add_permission(self, request) -> bool:
        return False  # the link exists only where it is made: `manage.py invite`


@admin.register(KeptEmail)
class MailAdmin(ReadOnlyAdmin):
    """Where no mail server is set, the administrator reads here what would have been sent."""

    list_display = ["subject", "to", "created_at"]
    search_fields = ["to", "subject"]
    date_hierarchy = "created_at"

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser  # a mail holds the codes that open accounts

    def has_module_permission(self, request) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnlyAdmin):
    owner = link_by_id("owner_id")
    actor = link_by_id("actor_id")
    list_display = ["created_at", "action", "resource", "actor", "owner", "request_id"]
    list_filter = ["created_at"]
    search_fields = ["request_id__exact", "action"]
    ids = ["id", "owner_id", "actor_id", "resource_id"]

    @admin.display(description=_("resource"), empty_value="–")
    def resource(self, row: AuditLog) -> str | None:
        """The object it was done to, which may be gone."""
        known = {model._meta.model_name: model for model in self.admin_site._registry}
        if row.resource_id is None or row.resource_type not in known:
            return row.resource_type or None
        page = page_of(known[row.resource_type], row.resource_id)
        return format_html('<a href="{}">{}</a>', page, row.resource_type)


@admin.register(AuditPerson)
class AuditPersonAdmin(ReadOnlyAdmin):
    actor = link_by_id("actor_id")
    list_display = ["created_at", "email", "ip_address", "user_agent", "actor"]
    search_fields = ["=ip_address", "name"]
    ids = ["id", "owner_id", "actor_id"]
    exclude = ["salt"]


@admin.register(PendingTask)
class PendingTaskAdmin(ReadOnlyAdmin):
    owner = link_by_id("owner_id")
    list_display = ["kind", "object_id", "owner", "due_at", "attempts", "last_error", "created_at"]
    list_filter = ["kind", "due_at", "attempts"]
    search_fields = ["last_error"]
    ids = ["id", "owner_id", "object_id"]
    ordering = ["due_at"]


@admin.register(LogEntry)
class StaffLogAdmin(ReadOnlyAdmin):
    """What staff changed by these pages."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag"]
    list_filter = ["action_flag", "action_time"]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "=object_id"]
    ids = ["user"]
