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
        bucket = rates.bucket_of(request, view)
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
