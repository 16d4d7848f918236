"""The staff site: Django's admin, working past the tenants' policies on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import system


class StaffSite(AdminSite):
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
