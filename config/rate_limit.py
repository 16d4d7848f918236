"""Refusing who asks too often, pages and API alike, before a view or a transaction starts."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import rates
from accounts.requests import ViewMiddleware
from config import errors


class RateMiddleware(ViewMiddleware):
    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        return _refusal(request, rates.bucket_of(request, view))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What leads to no view never came past the middleware; whoever tries names is counted too."""
    if request.resolver_match is None:
        refused = _refusal(request, rates.bucket_of(request, not_found))
        if refused is not None:
            return refused
    return errors.not_found(request, exception)


def _refusal(request: HttpRequest, bucket: str | None) -> HttpResponse | None:
    if bucket is None:
        return None
    try:
        request.allowance = rates.spend(request, bucket)
    except rates.Unavailable:
        # Reading and writing go on uncounted; what costs money does not.
        return errors.unavailable(request) if bucket == "answers" else None
    if not request.allowance.is_exceeded:
        return None
    return errors.too_many_requests(request, request.allowance)
