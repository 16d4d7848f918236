"""What django-allauth keeps of people, in place of its own pages, which show secrets."""

from __future__ import annotations

# Loaded first, so that they do not register again over what stands here.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.staff_lists import ReadOnlyAdmin, StaffAdmin, link

admin.site.unregister([EmailAddress, Authenticator, UserSession])


@admin.register(EmailAddress)
class EmailAddressAdmin(StaffAdmin):
    """Who may change an address may take the account over by a reset: superusers alone."""

    person = link("user")
    list_display = ["email", "person", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email"]
    ids = ["user"]
    raw_id_fields = ["user"]

    def has_add_permission(self, request) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Taken away on the person's page, which tells them and notes it."""

    person = link("user")
    list_display = ["type", "person", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    ids = ["user"]
    fields = ["user", "type", "created_at", "last_used_at"]  # `data` is the secret

    def get_queryset(self, request):
        return super().get_queryset(request).defer("data")


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    person = link("user")
    list_display = ["user_agent", "person", "ip", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["user"]
    search_fields = ["=ip", "user_agent"]
    ids = ["user"]
    fields = ["user", "ip", "user_agent", "created_at"]  # who has the key has the session
    actions = ["end"]

    def has_superuser_permission(self, request) -> bool:
        return request.user.is_superuser

    @admin.action(description=_("End these sessions"), permissions=["superuser"])
    def end(self, request, queryset) -> None:
        ended = list(queryset)
        for session in ended:
            session.end()
        text = ngettext("%s session is over.", "%s sessions are over.", len(ended))
        self.message_user(request, text % len(ended), messages.SUCCESS)
