"""What people and programs see when a request fails: our pages, or problem details for the API."""

from __future__ import annotations

import sys
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.rates import Allowance
from accounts.rest import problems
from conversations.openai import errors as openai_errors

TEXTS = {
    400: ("bad_request", _("The request could not be read.")),
    403: ("forbidden", _("This is not allowed.")),
    404: ("not_found", problems.NOT_FOUND),
    429: ("rate_limited", _("Too many requests within a minute. Wait a little, then go on.")),
    500: ("server_error", _("Something went wrong on our side.")),
    503: ("unavailable", _("This cannot be done at the moment. Try again shortly.")),
}
RETRY_SECONDS = 5


def _failure(request: HttpRequest, status: int, **members: Any) -> HttpResponse:
    code, text = TEXTS[status]
    if request.path.startswith("/api/"):
        told, kind = told_to_programs(request.path, status, code, str(text), **members)
        return JsonResponse(told, status=status, content_type=kind)
    return render(request, f"{status}.html", status=status)


def told_to_programs(
    path: str, status: int, code: str, text: str, **members: Any
) -> tuple[dict[str, Any], str]:
    """The body and its type, as the clients of that address read errors."""
    if path.startswith(openai_errors.BASE):
        return openai_errors.body(status, code, text), "application/json"
    return problems.body(status, code, text, **members), problems.MEDIA_TYPE


def _later(request: HttpRequest, status: int, seconds: int) -> HttpResponse:
    """A script of ours shows the sentence where the person is; others get the page."""
    if "HX-Request" in request.headers:
        text, kind = str(TEXTS[status][1]), "text/plain; charset=utf-8"
        response = HttpResponse(text, status=status, content_type=kind)
    else:
        response = _failure(request, status, retry_after=seconds)
    response["Retry-After"] = str(seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, 404)


def too_many_requests(request: HttpRequest, allowance: Allowance) -> HttpResponse:
    response = _later(request, 429, allowance.resets_in)
    allowance.tell(response)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """A database out of reach, or with no connection free in time, is no fault of the request."""
    if isinstance(sys.exception(), OperationalError):
        return unavailable(request)
    return _failure(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    return _later(request, 503, RETRY_SECONDS)
