"""What people and programs see when a request fails: our pages, or problem details for the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.rest import problems

TEXTS = {
    400: ("bad_request", "The request could not be read."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", problems.NOT_FOUND),
    500: ("server_error", "Something went wrong on our side."),
}


def _failure(request: HttpRequest, status: int) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return render(request, f"{status}.html", status=status)
    problem = problems.body(status, *TEXTS[status])
    return JsonResponse(problem, status=status, content_type=problems.MEDIA_TYPE)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _failure(request, 500)
