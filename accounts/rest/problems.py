"""Errors of the API as problem details (RFC 9457), whatever raised them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"
NOT_FOUND = "There is nothing here."
CODES = {
    "authentication_failed": "invalid_key",
    "permission_denied": "forbidden",
    "parse_error": "malformed",
}
Translation = Callable[[Any], "Problem"]
Translator = TypeVar("Translator", bound=Translation)

_translations: dict[type[Exception], Translation] = {}


class Problem(exceptions.APIException):
    """An error with its stable code; `members` are further facts a program can act on.

    `retry_after`, in seconds, is sent as the header too.
    """

    def __init__(self, status: int, code: str, detail: str, **members: Any) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code = code
        self.members = members


def too_large() -> Problem:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return Problem(413, "too_large", f"A body without files may have {limit:,} bytes.", limit=limit)


def problem_for(error: type[Exception]) -> Callable[[Translator], Translator]:
    """Register how an exception of the product is told to programs."""

    def register(translate: Translator) -> Translator:
        _translations[error] = translate
        return translate

    return register


def body(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler; None (a bug of ours) becomes the plain 500."""
    problem = problem_of(error)
    if problem is None:
        return None
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if seconds := problem.members.get("retry_after"):
        headers["Retry-After"] = str(seconds)
    return Response(
        body(problem.status_code, problem.code, str(problem.detail), **problem.members),
        status=problem.status_code,
        headers=headers,
        content_type=MEDIA_TYPE,
    )


def problem_of(error: Exception) -> Problem | None:
    """None: a bug of ours."""
    if isinstance(error, Problem):
        return error
    for kind in type(error).__mro__:
        if translate := _translations.get(kind):
            return translate(error)
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem(404, "not_found", NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return Problem(403, "forbidden", "This is not allowed.")
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, SuspiciousOperation):
        return Problem(400, "bad_request", "The request could not be read.")
    if isinstance(error, exceptions.ValidationError):
        return Problem(400, "invalid", "Some fields are not right.", errors=flat(error.detail))
    if isinstance(error, exceptions.APIException):
        code = str(error.get_codes())
        return Problem(error.status_code, CODES.get(code, code), str(error.detail))
    return None


def flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested validation errors as one level: `documents.0` → messages."""
    if isinstance(detail, dict):
        nested = {
            key: flat(value, f"{path}.{key}" if path else str(key)) for key, value in detail.items()
        }
        return {name: texts for errors in nested.values() for name, texts in errors.items()}
    if isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        return flat({number: part for number, part in enumerate(detail) if part}, path)
    texts = detail if isinstance(detail, list) else [detail]
    return {path or "body": [str(text) for text in texts]}
