"""The staff site: Django's admin, working past the tenants' policies on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.tenancy import system


class StaffSite(AdminSite):
    # One way in for everybody: the sign-in page with its limits and its second factor.
    login = method_decorator(secure_admin_login)(AdminSite.login)

    site_title = site_header = _("KyroChat staff")
    index_title = _("Overview")
    site_url = "/home/"

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Where everybody changes theirs: limited, noted and mailed."""
        return redirect("account_change_password")

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def as_system(request, *args, **kwargs):
            if self.has_permission(request) and (elsewhere := _second_factor_first(request)):
                return elsewhere
            with system():
                response = inner(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response.render()
            return response

        return as_system


def _second_factor_first(request: HttpRequest) -> HttpResponse | None:
    """Who is enrolled shows the second factor in this session, however the session began."""
    if not second_factor.is_enrolled(request.user):
        if not settings.REQUIRE_STAFF_MFA:
            return None
        messages.warning(request, _("The administration opens once you have a second factor."))
        return redirect("accounts:security")
    if second_factor.is_shown(request):
        return None
    return redirect(second_factor.url_to_show(request))
