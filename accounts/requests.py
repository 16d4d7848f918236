"""What every request passes through: an id for the logs, an API key, the tenant's scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import SEEK_END

import structlog
from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from uuid_utils.compat import uuid7

from accounts import keys
from accounts.tenancy import scope

REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


def client_address(request: HttpRequest) -> str | None:
    """The client as the outermost trusted proxy saw it; without proxies, the socket's peer."""
    if settings.PROXY_COUNT:
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        if len(hops) >= settings.PROXY_COUNT and hops[-settings.PROXY_COUNT].strip():
            return hops[-settings.PROXY_COUNT].strip()
    return request.META.get("REMOTE_ADDR") or None


def _measure_chunked_body(request: HttpRequest) -> None:
    """A chunked body names no length, which Django and DRF would take for an empty one.

    Django has received it whole by now, into a file that knows its size.
    """
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if isinstance(request, ASGIRequest) and chunked:
        request.META["CONTENT_LENGTH"] = str(request._stream.seek(0, SEEK_END))
        request._stream.seek(0)


def _begin(request: HttpRequest) -> None:
    _measure_chunked_body(request)
    given = request.headers.get("X-Request-ID", "")
    request.id = given if REQUEST_ID.match(given) else uuid7().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        request_id=request.id,
        client_address=client_address(request),
        user_agent=request.headers.get("User-Agent", "")[:300],
    )


@sync_and_async_middleware
def request_id_middleware(get_response: Callable) -> Callable:
    """Give the request an id, in the logs, in the answer and in every row it writes."""
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            _begin(request)
            response = await get_response(request)
            response["X-Request-ID"] = request.id
            return response
    else:

        def middleware(request: HttpRequest) -> HttpResponseBase:
            _begin(request)
            response = get_response(request)
            response["X-Request-ID"] = request.id
            return response

    return middleware


class ViewMiddleware:
    """A middleware that acts around the view alone, in the view's own thread."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class ApiKeyMiddleware(ViewMiddleware):
    """`Authorization: Bearer kyro_…` makes the key's person the request's user, API only."""

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        request.api_key = None
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and request.path.startswith("/api/"):
            request.api_key = keys.find(secret.strip())
            request.key_refused = request.api_key is None
            if request.api_key:
                request.user = request.api_key.user


def unscoped(view: Callable) -> Callable:
    """Mark a view that opens its own scope (or needs none): streams, health, the admin."""
    view.unscoped = True
    return view


class ScopeMiddleware(ViewMiddleware):
    """Run each view in one transaction that shows the signed-in person's rows alone."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponseBase | None:
        if getattr(view, "unscoped", False) or iscoroutinefunction(view):
            return None
        if not request.user.is_authenticated or getattr(request, "key_refused", False):
            return None
        try:
            response = self._in_scope(request, view, args, kwargs)
        except (ImmediateHttpResponse, ReauthenticationRequired) as error:
            # Django asks process_exception for errors of views it called itself, not of this one
            return AccountMiddleware(view).process_exception(request, error)
        if response.streaming:
            connection.close()  # a download must not hold a pooled connection
        return response

    def _in_scope(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponseBase:
        with scope(request.user), timezone.override(request.user.timezone):
            response = view(request, *args, **kwargs)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
            if response.status_code >= 400 and not getattr(response, "is_noted", False):
                transaction.set_rollback(True)  # what is refused leaves nothing half-written
        return response
