"""Who is calling (a key or a signed-in browser) and whether their key opens this door."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.rest.problems import Problem

Rows = TypeVar("Rows", bound=QuerySet)


class KeyAuthentication(BaseAuthentication):
    """Reads what ApiKeyMiddleware found, since that decides the tenant before any view runs."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        if getattr(request._request, "key_refused", False):
            raise AuthenticationFailed(_("This API key is not valid, or no longer."))
        key = getattr(request._request, "api_key", None)
        return (key.user, key) if key else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BrowserAuthentication(SessionAuthentication):
    """The session of a signed-in browser, with its CSRF token on every change."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            detail = _("The CSRF token is missing or wrong. Reload the page.")
            raise Problem(403, "csrf_failed", detail) from error


class KeyScopePermission(BasePermission):
    """A key needs `<area>:read` to look and `<area>:write` to change; `scopes` names exceptions."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey) and request.method in view.allowed_methods:
            scope = scope_of(view, request.method or "")
            if scope not in request.auth.scopes:
                detail = _("This API key lacks the scope %s.") % scope
                raise Problem(403, "scope_missing", detail, scope=scope)
        return True


class KeyLimitPermission(BasePermission):
    """A key limited to a chatbot or a project opens only the methods that a view names for it.

    Which rows it finds there is `within_limit`'s.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey) or not key.is_limited:
            return True
        if request.method in view.allowed_methods and request.method not in _opened(view, key):
            detail = _("This API key is limited to one chatbot, and this is not part of it.")
            if key.project_id:
                detail = _("This API key is limited to one project, and this is not part of it.")
            raise Problem(403, "key_limited", detail)
        return True


def _opened(view: Any, key: ApiKey) -> set[str]:
    """What both limits open, where a key has both; what is of one chatbot is of its project too,
    unless the view says otherwise."""
    of_chatbot = set(getattr(view, "limited_methods", ()))
    of_project = getattr(view, "project_methods", None)
    of_project = of_chatbot if of_project is None else set(of_project)
    if not key.project_id:
        return of_chatbot
    return of_project & of_chatbot if key.chatbot_id else of_project


def chatbot_limit(request: Request) -> UUID | None:
    """The chatbot that the caller's key is limited to."""
    return request.auth.chatbot_id if isinstance(request.auth, ApiKey) else None


def project_limit(request: Request) -> UUID | None:
    """The project that the caller's key is limited to."""
    return request.auth.project_id if isinstance(request.auth, ApiKey) else None


def within_limit(rows: Rows, request: Request, chatbot_field: str, project_field: str = "") -> Rows:
    """The rows that belong to what the caller's key is limited to; all without a limit.

    The project is the chatbot's, unless the rows have one themselves.
    """
    if limit := chatbot_limit(request):
        rows = rows.filter(**{chatbot_field: limit})
    if limit := project_limit(request):
        rows = rows.filter(**{project_field or f"{chatbot_field}__project": limit})
    return rows


def is_limited(request: Request) -> bool:
    return isinstance(request.auth, ApiKey) and request.auth.is_limited


def scope_of(view: Any, method: str) -> str:
    verb = "read" if method in SAFE_METHODS else "write"
    return getattr(view, "scopes", {}).get(method, f"{view.area}:{verb}")
