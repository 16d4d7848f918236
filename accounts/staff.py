"""The staff site: Django's admin, working past the tenants' policies on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite, AllValuesFieldListFilter, ModelAdmin
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import system


class StaffSite(AdminSite):
    # One way in for everybody: the sign-in page with its limits and, later, its second factor.
    login = method_decorator(secure_admin_login)(AdminSite.login)

    site_title = site_header = _("KyroChat staff")
    index_title = _("Everything")

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def as_system(request, *args, **kwargs):
            with system():
                response = inner(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response.render()
            return response

        return as_system


class NamedValuesFilter(AllValuesFieldListFilter):
    """Django links an empty text by no words at all, which nobody can read or click."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or _("(none)")}


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only the program writes: staff look, nobody changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
